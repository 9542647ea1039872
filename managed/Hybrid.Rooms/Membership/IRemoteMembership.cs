using Hybrid.Primitives;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.Membership;

/// <summary>
/// Memberships in which other servers have a say: of rooms that this server does not take part in, and invitations of users of other servers. When one
/// of these returns well, the room here knows of the change.
/// </summary>
public interface IRemoteMembership
{
    /// <summary>Joins a room through one of the servers, asked in their order.</summary>
    /// <param name="roomId">The room.</param>
    /// <param name="userId">A user of this server.</param>
    /// <param name="content">The content of the member event.</param>
    /// <param name="servers">Servers that may take part in the room.</param>
    /// <param name="fromOutside">Whether it is for want of users in the room that it is joined through others.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the user is in the room; not when it was to be <paramref name="fromOutside"/> and another user has joined meanwhile.</returns>
    ValueTask<Result<bool>> JoinAsync(
        RoomId roomId, UserId userId, ReadOnlyMemory<byte> content, IReadOnlyList<ServerName> servers, bool fromOutside, CancellationToken cancellationToken);

    /// <summary>Knocks on a room through one of the servers, asked in their order.</summary>
    ValueTask<Result<Done>> KnockAsync(
        RoomId roomId, UserId userId, ReadOnlyMemory<byte> content, IReadOnlyList<ServerName> servers, CancellationToken cancellationToken);

    /// <summary>
    /// Rejects an invitation into a room that this server does not take part in, or takes a knock back. Where no server can be told, the user has left all the
    /// same.
    /// </summary>
    ValueTask<Result<Done>> LeaveAsync(
        RoomId roomId, UserId userId, ReadOnlyMemory<byte> content, IReadOnlyList<ServerName> servers, CancellationToken cancellationToken);

    /// <summary>Invites a user of another server into a room that this one takes part in: their server must sign it.</summary>
    ValueTask<Result<Done>> InviteAsync(Room room, UserId sender, UserId target, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);
}

/// <summary>Which servers can be asked about a room that this one does not take part in.</summary>
static class RemoteServers
{
    const int MaxServers = 20;
    const int MaxState = 1000;

    /// <summary>Those that were named, then those that what is known of the room names.</summary>
    public static IReadOnlyList<ServerName> Of(RoomId roomId, RoomSnapshot? room, UserId userId, IReadOnlyList<ServerName> named, ServerName own)
    {
        IEnumerable<ServerName> servers = named;
        if (room is not null)
        {
            if (room.Find("m.room.member", userId.Value) is { } membership)
                servers = servers.Append(membership.Sender.Server);
            servers = servers.Concat(room.LargestServers(MaxServers, own))
                .Concat(room.State.Values.Take(MaxState).Select(static state => state.Sender.Server).OrderBy(static server => server.Value, StringComparer.Ordinal));
        }

        var colon = roomId.Value.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && ServerName.TryParse(roomId.Value[(colon + 1)..], out var maker))
            servers = servers.Append(maker);
        return [.. servers.Where(server => server != own).Distinct().Take(MaxServers)];
    }
}
