using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.Directory;

/// <summary>A room that a space names as its child (specification, "m.space.child").</summary>
public sealed record SpaceChild
{
    internal const string Type = "m.space.child";

    const int MaxOrderLength = 50;
    const int MaxServers = 20;

    SpaceChild(RoomId roomId, UserId sender, long originServerTs, ReadOnlyMemory<byte> content)
    {
        RoomId = roomId;
        Sender = sender;
        OriginServerTs = originServerTs;
        Content = content;
    }

    public RoomId RoomId { get; }

    /// <summary>Who made it a child.</summary>
    public UserId Sender { get; }

    /// <summary>When, in milliseconds since the Unix epoch.</summary>
    public long OriginServerTs { get; }

    /// <summary>The content of the event, a JSON object.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>Servers through which the room can be found; the first of them.</summary>
    public IReadOnlyList<ServerName> Via { get; private init; } = [];

    public string? Order { get; private init; }

    public bool IsSuggested { get; private init; }

    /// <summary>The children of the room in the order of the specification; none where it is no space.</summary>
    public static IReadOnlyList<SpaceChild> Of(RoomSnapshot room, bool suggestedOnly)
    {
        if (room.Find("m.room.create")?.ContentString("type") != "m.space")
            return [];

        var children = room.State.Values
            .Where(static entry => entry.Type == Type)
            .Select(static entry => Read(entry.StateKey, entry.Sender, entry.OriginServerTs, entry.Content()));
        return InOrder(children, suggestedOnly);
    }

    /// <summary>Specification, "Ordering of children within a space".</summary>
    public static IReadOnlyList<SpaceChild> InOrder(IEnumerable<SpaceChild?> children, bool suggestedOnly) =>
    [
        .. children
            .OfType<SpaceChild>()
            .Where(child => child.IsSuggested || !suggestedOnly)
            .OrderBy(static child => child.Order is null)
            .ThenBy(static child => child.Order, StringComparer.Ordinal)
            .ThenBy(static child => child.OriginServerTs)
            .ThenBy(static child => child.RoomId.Value, StringComparer.Ordinal),
    ];

    /// <summary>A child as its event says; null for an event that makes none: without servers to go through, it takes a child away.</summary>
    public static SpaceChild? Read(string? stateKey, UserId sender, long originServerTs, ReadOnlyMemory<byte> content)
    {
        using var document = JsonDocument.Parse(content);
        var fields = document.RootElement;
        if (!RoomId.TryParse(stateKey, out var roomId)
            || !fields.TryGetProperty("via", out var via) || via.ValueKind != JsonValueKind.Array || via.GetArrayLength() == 0)
        {
            return null;
        }

        var order = fields.TryGetProperty("order", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        return new SpaceChild(roomId, sender, originServerTs, content)
        {
            Via = [.. Servers(via).Take(MaxServers)],
            Order = IsValid(order) ? order : null,
            IsSuggested = fields.TryGetProperty("suggested", out var flag) && flag.ValueKind == JsonValueKind.True,
        };
    }

    static IEnumerable<ServerName> Servers(JsonElement via)
    {
        foreach (var entry in via.EnumerateArray())
        {
            if (entry.ValueKind == JsonValueKind.String && ServerName.TryParse(entry.GetString(), out var server))
                yield return server;
        }
    }

    static bool IsValid(string? order) => order is { Length: <= MaxOrderLength } && order.All(static c => c is >= ' ' and <= '~');
}
