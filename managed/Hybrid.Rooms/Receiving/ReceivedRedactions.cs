using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.Receiving;

/// <summary>
/// Which redactions of other servers take effect (specification, room version 3, "Handling redactions"): those by the target's own server, and those
/// by users with the level to redact. A redaction can come before what it redacts.
/// </summary>
sealed class ReceivedRedactions(IRoomStore store, string version)
{
    readonly List<AppliedRedaction> _applied = [];
    readonly List<StoredEvent> _waiting = [];

    public IReadOnlyList<AppliedRedaction> Applied => _applied;

    /// <summary>Applies an accepted event to its target, or to it what redacts it.</summary>
    public async ValueTask ApplyAsync(
        StoredEvent added, StateWork work, IReadOnlyDictionary<EventId, StoredEvent> known, CancellationToken cancellationToken)
    {
        if (added is { Type: "m.room.redaction", Redacts: { } target })
        {
            var found = known.GetValueOrDefault(target) ?? (await store.FindKnownAsync([target], cancellationToken)).SingleOrDefault();
            if (found is null)
                _waiting.Add(added);
            else
                await ApplyAsync(added, found, work, cancellationToken);
            return;
        }

        var redactions = _waiting.Where(waiting => waiting.Redacts == added.EventId)
            .Concat(await store.FindRedactionsAsync([added.EventId], cancellationToken));
        foreach (var redaction in redactions.ToList())
            await ApplyAsync(redaction, added, work, cancellationToken);
    }

    async ValueTask ApplyAsync(StoredEvent redaction, StoredEvent target, StateWork work, CancellationToken cancellationToken)
    {
        if (target.RoomId != redaction.RoomId || target.RedactedBy is not null || target is { Type: "m.room.create", StateKey: "" }
            || _applied.Any(applied => applied.Target == target.EventId)
            || !await MayAsync(redaction, target, work, cancellationToken))
        {
            return;
        }

        _applied.Add(new AppliedRedaction(target.EventId, EventCodec.Redact(version, target.Json.Span), redaction.EventId)
        {
            TargetState = target.StateKey is { } stateKey ? new StateKey(target.Type, stateKey) : null,
        });
    }

    async ValueTask<bool> MayAsync(StoredEvent redaction, StoredEvent target, StateWork work, CancellationToken cancellationToken)
    {
        if (redaction.Sender.Server == target.Sender.Server)
            return true;

        var state = await work.FindAsync(redaction.StateBefore, [new StateKey("m.room.power_levels", ""), new StateKey("m.room.create", "")], cancellationToken);
        var levels = PowerLevels.Of(state[0], state[1], RoomVersions.Find(version)!.CreatorsHaveInfinitePower);
        return levels.Of(redaction.Sender) >= levels.Redact;
    }
}
