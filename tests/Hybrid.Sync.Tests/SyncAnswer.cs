using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Sync.Tests;

/// <summary>The body of an answer, and the ways that tests look into it.</summary>
public sealed record SyncAnswer(JsonElement Root)
{
    /// <summary>In how many pieces it came.</summary>
    public int Pieces { get; init; } = 1;

    public StreamPositions Next =>
        StreamPositions.TryParse(Root.GetProperty("next_batch").GetString(), out var positions) ? positions : throw new FormatException("next_batch");

    public JsonElement? Find(params string[] path)
    {
        var current = Root;
        foreach (var name in path)
        {
            if (current.ValueKind != JsonValueKind.Object || !current.TryGetProperty(name, out current))
                return null;
        }

        return current;
    }

    public JsonElement? Joined(RoomId room) => Find("rooms", "join", room.Value);

    public JsonElement? Left(RoomId room) => Find("rooms", "leave", room.Value);

    public IReadOnlyList<JsonElement> Events(params string[] path) =>
        Find([.. path, "events"]) is { } events ? [.. events.EnumerateArray()] : [];

    public IReadOnlyList<JsonElement> Timeline(RoomId room) => Events("rooms", "join", room.Value, "timeline");

    public IReadOnlyList<JsonElement> State(RoomId room, string name = "state") => Events("rooms", "join", room.Value, name);

    /// <summary>What was said, of the timeline's messages.</summary>
    public IReadOnlyList<string> Said(RoomId room) =>
        [.. Timeline(room).Where(static stored => Type(stored) == "m.room.message").Select(static stored => stored.GetProperty("content").GetProperty("body").GetString()!)];

    public bool Limited(RoomId room) => Joined(room)!.Value.GetProperty("timeline").GetProperty("limited").GetBoolean();

    /// <summary>State keys of the member events in <c>state</c>.</summary>
    public IReadOnlySet<string> Members(RoomId room, string name = "state") =>
        State(room, name).Where(static stored => Type(stored) == "m.room.member").Select(static stored => stored.GetProperty("state_key").GetString()!).ToHashSet();

    public static string Type(JsonElement stored) => stored.GetProperty("type").GetString()!;
}
