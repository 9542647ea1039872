using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Sync.Tests;

/// <summary>The body of an answer to a sliding sync, and the ways that tests look into it.</summary>
public sealed record SlidingAnswer(JsonElement Root)
{
    public string Pos => Root.GetProperty("pos").GetString()!;

    public IReadOnlyList<string> Rooms => [.. Root.GetProperty("rooms").EnumerateObject().Select(static room => room.Name)];

    public JsonElement? Find(params string[] path) => new SyncAnswer(Root).Find(path);

    public JsonElement Room(RoomId room) => Root.GetProperty("rooms").GetProperty(room.Value);

    public int Count(string list = "all") => Root.GetProperty("lists").GetProperty(list).GetProperty("count").GetInt32();

    public bool Flag(RoomId room, string name) => Find("rooms", room.Value, name) is { ValueKind: JsonValueKind.True };

    /// <summary>What was said, of the timeline's messages.</summary>
    public IReadOnlyList<string> Said(RoomId room) =>
    [
        .. Events(room, "timeline").Where(static stored => SyncAnswer.Type(stored) == "m.room.message")
            .Select(static stored => stored.GetProperty("content").GetProperty("body").GetString()!),
    ];

    /// <summary>Type and state key of the required state, in order.</summary>
    public IReadOnlyList<string> State(RoomId room) =>
        [.. Events(room, "required_state").Select(static stored => $"{SyncAnswer.Type(stored)}|{stored.GetProperty("state_key").GetString()}").Order(StringComparer.Ordinal)];

    public IReadOnlyList<JsonElement> Events(RoomId room, string name) =>
        Find("rooms", room.Value, name) is { } events ? [.. events.EnumerateArray()] : [];
}
