using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Outbound;

/// <summary>How it stands with another server, for administrators.</summary>
/// <param name="Server">Which server.</param>
/// <param name="BackOff">Since when it fails, and when it is tried again; null while it works.</param>
/// <param name="TakenUpTo">Up to where in the log it has everything that is for it.</param>
public sealed record DestinationStatus(ServerName Server, BackOff? BackOff, long TakenUpTo);

/// <summary>A room of which another server is to get everything.</summary>
/// <param name="RoomId">The room.</param>
/// <param name="TakenUpTo">Up to where in the log the server has everything of it.</param>
public sealed record DestinationRoom(RoomId RoomId, long TakenUpTo);

/// <summary>What there is to know about other servers. It reads much: not for requests of users.</summary>
public sealed class DestinationOverview(
    IMembershipStore memberships, IOutboundStore store, IDestinationHealth health, IDestinationRooms rooms, ServerIdentity identity)
{
    const int PageSize = 1000;

    /// <summary>Every server that anyone here has met in a room, or that is owed something, in the order of their names.</summary>
    public async ValueTask<IReadOnlyList<ServerName>> ReadServersAsync(CancellationToken cancellationToken)
    {
        var servers = new HashSet<ServerName>();
        ServerName? last = null;
        while (await memberships.ReadServersAsync(last, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            servers.UnionWith(page);
            last = page[^1];
        }

        OwedRoom? owed = null;
        while (await store.ReadOwedAsync(owed, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            servers.UnionWith(page.Select(static room => room.Server));
            owed = page[^1];
        }

        servers.Remove(identity.Name);
        return [.. servers.OrderBy(static server => server.Value, StringComparer.Ordinal)];
    }

    /// <summary>How it stands with a server; null for one that nobody here has met.</summary>
    public async ValueTask<DestinationStatus?> FindAsync(ServerName server, CancellationToken cancellationToken)
    {
        var owed = await store.ReadOwedAsync(server, cancellationToken);
        var backOff = await health.FindAsync(server, cancellationToken);
        if (owed.Count == 0 && backOff is null && !await IsMetAsync(server, cancellationToken))
            return null;

        var position = await store.ReadPositionAsync(cancellationToken) ?? 0;
        return new DestinationStatus(server, backOff, owed.Select(static room => room.From - 1).Append(position).Min());
    }

    /// <summary>The rooms that a server shares or is owed something of, in the order of their IDs.</summary>
    public async ValueTask<IReadOnlyList<DestinationRoom>> ReadRoomsAsync(ServerName server, CancellationToken cancellationToken)
    {
        var owed = (await store.ReadOwedAsync(server, cancellationToken)).ToDictionary(static room => room.RoomId, static room => room.From - 1);
        var position = await store.ReadPositionAsync(cancellationToken) ?? 0;
        return
        [
            .. owed.Keys.Union(await rooms.RoomsOfAsync(server, cancellationToken))
                .OrderBy(static roomId => roomId.Value, StringComparer.Ordinal)
                .Select(roomId => new DestinationRoom(roomId, owed.TryGetValue(roomId, out var taken) ? taken : position)),
        ];
    }

    /// <summary>Tries a failing server again at once; false when it is not failing.</summary>
    public async ValueTask<bool> TryResetAsync(ServerName server, CancellationToken cancellationToken)
    {
        if (await health.FindAsync(server, cancellationToken) is null)
            return false;

        await health.HeardFromAsync(server, cancellationToken);
        return true;
    }

    async ValueTask<bool> IsMetAsync(ServerName server, CancellationToken cancellationToken) =>
        server != identity.Name && await memberships.IsServerKnownAsync(server, cancellationToken);
}
