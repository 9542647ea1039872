using Hybrid.Federation.Keys;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms.PolicyServers;
using Hybrid.Rooms.Receiving;

namespace Hybrid.Federation.Events;

/// <summary>An event of another server after the checks that need no room.</summary>
/// <param name="Event">The event, redacted where its content is not what its hash says; null for one that is refused.</param>
/// <param name="Verdict">What the checks found.</param>
/// <param name="Reason">Why it is refused.</param>
public sealed record VerifiedEvent(IncomingEvent? Event, ReceivedVerdict Verdict, string Reason);

/// <summary>
/// Checks events of other servers, many in one native call: format, limits, signatures of all servers that must have signed, content hash
/// (specification, "Checks performed on receipt of a PDU", 1 to 3).
/// </summary>
public sealed class EventVerifier(IServerKeys keys, TimeProvider time)
{
    // As many events as one native call works off well on all cores.
    const int Batch = 2000;

    /// <summary>One result for each event, in their order.</summary>
    /// <param name="version">The version of their room.</param>
    /// <param name="roomId">The room that they must be of.</param>
    /// <param name="events">The events as they came.</param>
    /// <param name="kind">What they are received as.</param>
    /// <param name="cancellationToken">Ends the wait for keys.</param>
    public async ValueTask<IReadOnlyList<VerifiedEvent>> VerifyAsync(
        string version, RoomId roomId, IReadOnlyList<ReadOnlyMemory<byte>> events, IncomingKind kind, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return [];

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var newest = events.Max(static json => PduList.ReadInteger(json.Span, "origin_server_ts") ?? 0);
        var found = await keys.FindAsync(NamedKeys(version, events), Math.Clamp(newest, 0, now), cancellationToken);
        return Array.ConvertAll(ReceivedEvents.Check(version, events, found), checkedEvent => Read(version, roomId, checkedEvent, kind));
    }

    /// <summary>As <see cref="VerifyAsync"/>, for events that have no place in the timeline, in batches; those that are refused are left out.</summary>
    public async ValueTask<List<IncomingEvent>> VerifyOutliersAsync(
        string version, RoomId roomId, IReadOnlyCollection<ReadOnlyMemory<byte>> events, CancellationToken cancellationToken)
    {
        var usable = new List<IncomingEvent>(events.Count);
        foreach (var batch in events.Chunk(Batch))
        {
            foreach (var verified in await VerifyAsync(version, roomId, batch, IncomingKind.Outlier, cancellationToken))
            {
                if (verified.Event is { } incoming)
                    usable.Add(incoming.AsOutlier());
            }
        }

        return usable;
    }

    // What a policy server signs with is no key that it publishes: the room says what it is.
    static Dictionary<string, IReadOnlyList<string>> NamedKeys(string version, IReadOnlyList<ReadOnlyMemory<byte>> events) =>
        ReceivedEvents.NamedKeys(version, events).ToDictionary(
            static server => server.Key, static server => (IReadOnlyList<string>)[.. server.Value.Where(static keyId => keyId != RoomPolicy.KeyId)]);

    static VerifiedEvent Read(string version, RoomId roomId, ReceivedEvent received, IncomingKind kind)
    {
        if (!received.IsUsable)
            return new VerifiedEvent(null, received.Verdict, received.Reason);

        return EventId.TryParse(received.EventId, out var id) && IncomingEvent.Read(version, roomId, id, received.Json, kind) is { } incoming
            ? new VerifiedEvent(incoming, received.Verdict, "")
            : new VerifiedEvent(null, ReceivedVerdict.Malformed, "It is of another room, or names no valid sender.");
    }
}
