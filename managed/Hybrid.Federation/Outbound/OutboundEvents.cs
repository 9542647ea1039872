using System.Text;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Log;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Outbound;

/// <summary>
/// Finds in the log what other servers are to get, and which: events of this server's users, to every server with a joined member at the event, and to the
/// server of whoever is invited, kicked or banned by it. A join, leave or knock that a user of another server made here, and that carries this
/// server's signature, is passed on too: whoever made it knows of one server only.
/// </summary>
public sealed class OutboundEvents(
    FederationSender sender, DestinationRooms destinations, RoomRegistry rooms, RoomStates states, ServerIdentity identity, StreamHub hub, IRoomStore log,
    TimeProvider time, ILogger<OutboundEvents> logger) : LogReader(hub, log, time, logger)
{
    readonly byte[] _signer = Encoding.UTF8.GetBytes($"\"{identity.Name}\":{{\"ed25519:");

    protected override string Subject => "What is sent to other servers";

    protected override ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken) => sender.LoadAsync(cancellationToken);

    // What happened in a room that this server is not in has no place in its graph here: who takes part in it tells the others.
    protected override bool IsRelevant(StoredEvent stored) =>
        stored.IsPlaced && (IsOurs(stored) || (stored.Type == "m.room.member" && stored.StateKey == stored.Sender.Value && IsSigned(stored)));

    protected override async ValueTask ApplyAsync(IReadOnlyList<StoredEvent> events, long position, CancellationToken cancellationToken)
    {
        var sent = new List<(StoredEvent, IReadOnlyCollection<ServerName>)>(events.Count);
        foreach (var stored in events)
        {
            if (await DestinationsOfAsync(stored, cancellationToken) is { Count: > 0 } servers)
                sent.Add((stored, servers));
        }

        sender.Send(sent, position);
    }

    async ValueTask<IReadOnlyCollection<ServerName>> DestinationsOfAsync(StoredEvent stored, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(stored.RoomId, cancellationToken) is not { } room)
            return [];

        var current = room.Current;
        if (!IsFederated(current))
            return [];

        var servers = IsLatest(current, stored)
            ? await destinations.ServersInAsync(stored.RoomId, cancellationToken)
            : destinations.OthersOf(JoinedIn(await states.ReadAfterAsync(current, stored, cancellationToken)), current.Partial);
        var target = stored.Type == "m.room.member" && UserId.TryParse(stored.StateKey, out var user) ? user.Server : identity.Name;
        if (IsOurs(stored))
            return target == identity.Name || servers.Contains(target) ? servers : [.. servers, target];

        // Its own server has it already.
        return [.. servers.Where(server => server != stored.Sender.Server)];
    }

    bool IsOurs(StoredEvent stored) => stored.Sender.Server == identity.Name;

    // Hardly any event of another server is: looking for the text comes first, since every event of the log passes here.
    bool IsSigned(StoredEvent stored)
    {
        if (stored.Json.Span.IndexOf(_signer) < 0)
            return false;

        using var json = JsonDocument.Parse(stored.Json);
        return json.RootElement.TryGetProperty("signatures", out var signatures) && signatures.ValueKind == JsonValueKind.Object
            && signatures.TryGetProperty(identity.Name.Value, out _);
    }

    // As the room is now is as it was just after the event.
    static bool IsLatest(RoomSnapshot room, StoredEvent stored) =>
        room.LatestPosition == stored.Position || (stored.StateKey is null && stored.StateBefore == room.StateRoot);

    static bool IsFederated(RoomSnapshot room)
    {
        if (room.Find("m.room.create") is not { } create)
            return false;

        using var content = JsonDocument.Parse(create.Content());
        return !content.RootElement.TryGetProperty("m.federate", out var flag) || flag.ValueKind != JsonValueKind.False;
    }

    static IEnumerable<UserId> JoinedIn(IEnumerable<StoredEvent> state)
    {
        foreach (var entry in state)
        {
            if (entry is { Type: "m.room.member", Membership: "join" } && UserId.TryParse(entry.StateKey, out var user))
                yield return user;
        }
    }
}
