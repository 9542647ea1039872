using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Timeline;

/// <summary>The member events that a client which loads members lazily needs to show a page (specification, "Lazy-loading room members").</summary>
public sealed class LazyMembers(RoomReading reading)
{
    /// <summary>The member events of the senders of <paramref name="events"/>, as they stood at the newest of them.</summary>
    public async ValueTask<IReadOnlyList<StoredEvent>> OfSendersAsync(
        RoomView view, IReadOnlyCollection<StoredEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return [];

        var newest = events.MaxBy(static stored => stored.Position)!;
        // Of history no log tells when which state was current.
        if (newest.Position < 0)
            return await OfHistoryAsync(view, newest, events, cancellationToken);

        var members = new List<StoredEvent>();
        var senders = new HashSet<UserId>();
        foreach (var stored in events)
        {
            if (senders.Add(stored.Sender)
                && await reading.StateEntryAtAsync(view, "m.room.member", stored.Sender.Value, newest.Position, cancellationToken) is { } member)
            {
                members.Add(member);
            }
        }

        return members;
    }

    async ValueTask<IReadOnlyList<StoredEvent>> OfHistoryAsync(
        RoomView view, StoredEvent newest, IReadOnlyCollection<StoredEvent> events, CancellationToken cancellationToken)
    {
        StateKey[] keys = [.. events.Select(static stored => stored.Sender).Distinct().Select(static sender => new StateKey("m.room.member", sender.Value))];
        var before = await reading.EntriesBeforeAsync(view, newest, keys, cancellationToken);
        return [.. before.OfType<StoredEvent>()];
    }
}
