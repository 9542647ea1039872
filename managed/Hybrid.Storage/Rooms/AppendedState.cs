using Hybrid.Primitives;
using Hybrid.Storage.Streams;

namespace Hybrid.Storage.Rooms;

/// <summary>What an append does to current state and to memberships, and what its notices say of it: the same for every engine.</summary>
public static class AppendedState
{
    /// <summary>The changes of current state, in the order of the events at which they happen.</summary>
    public static IEnumerable<StateEffect> Changes(RoomAppend append) =>
        append.Effects ?? append.Events.Where(static entry => entry.IsState).Select(Own);

    /// <summary>
    /// The membership that a change brings; null when it brings none. Whoever has no member event any more is not in the room: that
    /// counts as a leaving, with the event at which it happens in the place of a member event.
    /// </summary>
    public static AppendedMembership? Membership(StateEffect change)
    {
        if (change.Key.Type != "m.room.member" || !UserId.TryParse(change.Key.Key, out var member))
            return null;
        if (change.Value is null)
            return new AppendedMembership(member, change.At, "leave", change.At);

        return change.Value.Membership is { } membership ? new AppendedMembership(member, change.At, membership, change.Value) : null;
    }

    /// <summary>Whether the event of a notice changes anything about a member of its room.</summary>
    public static bool TouchesMembers(StreamNotice notice) =>
        notice.Effects?.Any(static effect => effect.Key.Type == "m.room.member") ?? notice.Event is { Type: "m.room.member", IsState: true };

    /// <summary>The memberships that come with the event of a notice.</summary>
    public static IEnumerable<AppendedMembership> Memberships(StreamNotice notice)
    {
        // Most events are messages, and every reader asks about each.
        if (notice.Effects is null)
            return TouchesMembers(notice) && Membership(Own(notice.Event!)) is { } brought ? [brought] : [];

        return notice.Effects.Select(Membership).OfType<AppendedMembership>();
    }

    /// <summary>
    /// Those events of an append that may be stored aside already. A device of this server sent the others, and nobody else can have
    /// named them before.
    /// </summary>
    public static IEnumerable<StoredEvent> MayBeAside(RoomAppend append) =>
        append.Events.Where(static entry => entry.Transaction is null).Concat(append.History).Concat(append.Aside);

    /// <summary>Whether the state of the room is no longer just the line of its state events from this append on.</summary>
    public static bool Branches(RoomAppend append) => append.Effects is not null || append.Aside.Count > 0 || append.History.Count > 0;

    /// <summary>The notices of an append, in the order of their positions.</summary>
    public static IEnumerable<StreamNotice> Notices(RoomAppend append)
    {
        var effects = EffectsByEvent(append);
        foreach (var entry in append.Mark is { } mark ? append.Events.Append(mark) : append.Events)
            yield return new StreamNotice(StreamKind.Events, entry.Position) { Room = entry.RoomId, Event = entry, Effects = effects(entry) };
    }

    // For each event of the append, what its notice says of current state; null when that follows from the event.
    static Func<StoredEvent, IReadOnlyList<StateEffect>?> EffectsByEvent(RoomAppend append)
    {
        if (append.Effects is null)
            return static _ => null;
        if (append.Events.Count + (append.Mark is null ? 0 : 1) == 1)
            return _ => append.Effects;

        var effects = append.Effects.ToLookup<StateEffect, object>(static effect => effect.At, ReferenceEqualityComparer.Instance);
        return entry => [.. effects[entry]];
    }

    static StateEffect Own(StoredEvent entry) => new(entry, new StateKey(entry.Type, entry.StateKey!), entry);
}

/// <summary>A membership that an append brings.</summary>
/// <param name="Member">Whose.</param>
/// <param name="At">The event at whose position.</param>
/// <param name="Membership">As the specification names it.</param>
/// <param name="Source">The event that says so.</param>
public readonly record struct AppendedMembership(UserId Member, StoredEvent At, string Membership, StoredEvent Source);
