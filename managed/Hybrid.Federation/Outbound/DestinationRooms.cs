using System.Collections.Concurrent;
using System.Collections.Frozen;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Streams;

namespace Hybrid.Federation.Outbound;

/// <inheritdoc cref="IDestinationRooms"/>
public sealed class DestinationRooms : IDestinationRooms, IDisposable
{
    // A set of servers is small; counting one together reads every member of a room.
    const int MaxKept = 10_000;

    readonly ConcurrentDictionary<RoomId, IReadOnlySet<ServerName>> _servers = new();
    readonly RoomRegistry _rooms;
    readonly IMembershipStore _memberships;
    readonly ServerName _local;
    readonly IDisposable _subscription;
    long _changes;
    bool _meetsOthers;
    bool _isLooked;

    public DestinationRooms(RoomRegistry rooms, IMembershipStore memberships, ServerIdentity identity, StreamHub hub)
    {
        _rooms = rooms;
        _memberships = memberships;
        _local = identity.Name;
        _subscription = hub.Subscribe(Follow);
    }

    public async ValueTask<IReadOnlySet<ServerName>> ServersInAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        if (_servers.TryGetValue(roomId, out var known))
            return known;

        var changes = Volatile.Read(ref _changes);
        if (await _rooms.FindAsync(roomId, cancellationToken) is not { } room)
            return FrozenSet<ServerName>.Empty;

        var servers = OthersOf(room.Current.Joined, room.Current.Partial);
        if (_servers.Count >= MaxKept)
            _servers.Clear();
        _servers[roomId] = servers;

        // Somebody came or went meanwhile, here or elsewhere: what was counted may be what was before.
        if (Volatile.Read(ref _changes) != changes)
            _servers.TryRemove(KeyValuePair.Create(roomId, servers));
        return servers;
    }

    public async ValueTask<IReadOnlySet<ServerName>> ServersWithAsync(UserId userId, CancellationToken cancellationToken)
    {
        if (!await MeetsAnyoneAsync(cancellationToken))
            return FrozenSet<ServerName>.Empty;

        var servers = new HashSet<ServerName>();
        foreach (var membership in await _memberships.ReadMembershipsAsync(userId, cancellationToken))
        {
            if (membership.Membership == "join")
                servers.UnionWith(await ServersInAsync(membership.RoomId, cancellationToken));
        }

        return servers;
    }

    public ValueTask<IReadOnlyList<RoomId>> RoomsOfAsync(ServerName server, CancellationToken cancellationToken) =>
        _memberships.ReadRoomsOfServerAsync(server, cancellationToken);

    public void Dispose() => _subscription.Dispose();

    /// <summary>The servers of some users, without this one, and those that were told where not all users are known.</summary>
    internal IReadOnlySet<ServerName> OthersOf(IEnumerable<UserId> users, PartialState? partial)
    {
        // Most of a large room is on few servers, whose names are parsed once.
        var names = new HashSet<string>(StringComparer.Ordinal);
        var lookup = names.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var user in users)
        {
            var value = user.Value.AsSpan();
            var server = value[(value.IndexOf(':') + 1)..];
            if (!server.SequenceEqual(_local.Value))
                lookup.Add(server);
        }

        // In the order of their names: what happens at one moment happens in the same order in every process, as the simulator needs it.
        return names.Order(StringComparer.Ordinal).Select(ServerName.Parse).Concat(partial?.Servers ?? []).ToHashSet();
    }

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice.Event is not { } stored || !ChangesMembers(notice))
                continue;

            Volatile.Write(ref _isLooked, false);
            Interlocked.Increment(ref _changes);
            _servers.TryRemove(stored.RoomId, out _);
        }
    }

    // A server that is by itself need not open a user's thousand rooms to find that out.
    async ValueTask<bool> MeetsAnyoneAsync(CancellationToken cancellationToken)
    {
        if (!Volatile.Read(ref _meetsOthers) && !Volatile.Read(ref _isLooked))
        {
            Volatile.Write(ref _isLooked, true);
            if ((await _memberships.ReadServersAsync(null, 2, cancellationToken)).Any(server => server != _local))
                Volatile.Write(ref _meetsOthers, true);
        }

        return Volatile.Read(ref _meetsOthers);
    }

    // Where forks are resolved, any event can do it.
    static bool ChangesMembers(in StreamNotice notice) => notice.Effects is { } effects
        ? effects.Any(static effect => effect.Key.Type == "m.room.member")
        : notice.Event is { Type: "m.room.member", IsState: true };
}
