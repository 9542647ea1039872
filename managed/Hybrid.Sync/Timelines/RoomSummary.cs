using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Timelines;

/// <summary>What a client needs to name a room that has no name (specification, <c>RoomSummary</c>).</summary>
/// <param name="Heroes">Null where the room has a name.</param>
/// <param name="Joined">How many are joined, the user included.</param>
/// <param name="Invited">How many are invited.</param>
sealed record RoomSummary(IReadOnlyList<UserId>? Heroes, int Joined, int Invited)
{
    const int HeroCount = 5;

    public static RoomSummary Of(RoomSnapshot room, UserId viewer) =>
        new(HasName(room) ? null : FindHeroes(room, viewer), room.Joined.Count, room.Invited.Count);

    /// <summary>Whether a change of this state can change the summary.</summary>
    public static bool DependsOn(StoredEvent state) => state.Type is "m.room.member" or "m.room.name" or "m.room.canonical_alias";

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("summary"u8);
        if (Heroes is not null)
        {
            writer.WriteStartArray("m.heroes"u8);
            foreach (var hero in Heroes)
                writer.WriteStringValue(hero.Value);
            writer.WriteEndArray();
        }

        writer.WriteNumber("m.joined_member_count"u8, Joined);
        writer.WriteNumber("m.invited_member_count"u8, Invited);
        writer.WriteEndObject();
    }

    static bool HasName(RoomSnapshot room) =>
        !string.IsNullOrEmpty(room.Find("m.room.name")?.ContentString("name")) || !string.IsNullOrEmpty(room.Find("m.room.canonical_alias")?.ContentString("alias"));

    /// <summary>Up to five users to name the room after: those who are there first, or who were.</summary>
    public static IReadOnlyList<UserId> FindHeroes(RoomSnapshot room, UserId viewer)
    {
        var present = First(room, room.Joined.Concat(room.Invited).Where(user => user != viewer));
        if (present.Count > 0)
            return present;

        return First(room, room.State.Values
            .Where(static state => state is { Type: "m.room.member", Membership: "leave" or "ban" })
            .Select(static state => UserId.TryParse(state.StateKey, out var user) ? user : default)
            .Where(user => user != default && user != viewer));
    }

    // The first by position, without sorting a room of a hundred thousand.
    static List<UserId> First(RoomSnapshot room, IEnumerable<UserId> candidates)
    {
        var first = new PriorityQueue<UserId, long>(HeroCount + 1);
        foreach (var candidate in candidates)
        {
            var position = room.Find("m.room.member", candidate.Value)?.Position ?? long.MaxValue;
            if (first.Count < HeroCount)
                first.Enqueue(candidate, -position);
            else
                first.EnqueueDequeue(candidate, -position);
        }

        var heroes = new List<UserId>(HeroCount);
        while (first.TryDequeue(out var hero, out _))
            heroes.Add(hero);
        heroes.Reverse();
        return heroes;
    }
}
