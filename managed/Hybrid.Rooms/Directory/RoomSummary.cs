using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Primitives.Text;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.Directory;

/// <summary>What a room shows of itself to those who are not in it (specification, "Listing rooms").</summary>
public sealed record RoomSummary(RoomId RoomId, int JoinedMembers, string JoinRule, bool WorldReadable, bool GuestCanJoin, string? RoomVersion)
{
    public string? Name { get; init; }

    public string? Topic { get; init; }

    public string? AvatarUrl { get; init; }

    public string? CanonicalAlias { get; init; }

    /// <summary>The type of the create event, such as <c>m.space</c>; null for an ordinary room.</summary>
    public string? RoomType { get; init; }

    /// <summary>The encryption algorithm; null for an unencrypted room.</summary>
    public string? Encryption { get; init; }

    /// <summary>The rooms whose members may join, where the join rule is of that kind.</summary>
    public IReadOnlyList<RoomId> AllowedRooms { get; init; } = [];

    public static RoomSummary Of(RoomSnapshot room) => new(
        room.RoomId, room.Joined.Count, room.JoinRule, room.HistoryVisibility == HistoryVisibility.WorldReadable,
        Text(room, "m.room.guest_access", "guest_access") == "can_join", room.Version)
    {
        Name = Text(room, "m.room.name", "name"),
        Topic = Text(room, "m.room.topic", "topic"),
        AvatarUrl = Text(room, "m.room.avatar", "url"),
        CanonicalAlias = Text(room, "m.room.canonical_alias", "alias"),
        AlternativeAliases = Aliases(room),
        RoomType = Text(room, "m.room.create", "type"),
        Encryption = Text(room, "m.room.encryption", "algorithm"),
        AllowedRooms = RestrictedJoins.AllowedRooms(room),
    };

    /// <summary>Aliases beside the canonical one.</summary>
    public IReadOnlyList<string> AlternativeAliases { get; init; } = [];

    /// <summary>Whether a folded search term (<see cref="TextFolding"/>) is found in the name, the topic or an alias.</summary>
    public bool Mentions(string term) =>
        Contains(Name, term) || Contains(Topic, term) || Contains(CanonicalAlias, term) || AlternativeAliases.Any(alias => Contains(alias, term));

    static bool Contains(string? text, string term) => text is not null && TextFolding.Fold(text).Contains(term, StringComparison.Ordinal);

    static List<string> Aliases(RoomSnapshot room)
    {
        if (room.Find("m.room.canonical_alias") is not { } canonical)
            return [];

        using var content = JsonDocument.Parse(canonical.Content());
        return content.RootElement.TryGetProperty("alt_aliases", out var aliases) && aliases.ValueKind == JsonValueKind.Array
            ? [.. aliases.EnumerateArray().Where(static alias => alias.ValueKind == JsonValueKind.String).Select(static alias => alias.GetString()!)]
            : [];
    }

    static string? Text(RoomSnapshot room, string type, string name) =>
        room.Find(type)?.ContentString(name) is { Length: > 0 } text ? text : null;
}
