using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Rooms;

namespace Hybrid.AdminApi.Rooms;

/// <summary><c>GET /_synapse/admin/v1/rooms/{roomId}</c>: all about one room.</summary>
sealed class GetRoomEndpoint(RoomRegistry rooms, IAliasStore directory, IDeviceStore devices, MembershipIndex index, ServerIdentity identity) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", ListRoomsEndpoint.Path + "/{roomId}", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(request.Path<RoomId>("roomId"), cancellationToken) is not { } open)
            return MatrixError.NotFound("This server does not know the room.");

        var room = open.Current;
        var local = room.Joined.Where(member => member.Server == identity.Name).ToList();
        var localDevices = 0L;
        foreach (var member in local)
            localDevices += (await devices.ListAsync(member, cancellationToken)).Count;

        // Whether it is listed changes without an event: the room in memory may have an older answer.
        var entry = RoomDescription.Entry(
            room.Room with { IsPublic = await directory.IsPublicAsync(room.RoomId, cancellationToken) }, type => room.Find(type), room.Joined.Count,
            local.Count, room.State.Count);
        var details = new RoomDetails(
            entry.RoomId, entry.Name, entry.CanonicalAlias, entry.JoinedMembers, entry.JoinedLocalMembers, entry.Version, entry.Creator,
            entry.Encryption, entry.Federatable, entry.Public, entry.JoinRules, entry.GuestAccess, entry.HistoryVisibility, entry.StateEvents,
            entry.RoomType, room.Find("m.room.avatar")?.ContentString("url"), room.Find("m.room.topic")?.ContentString("topic"), localDevices,
            local.Count == 0 && await IsForgottenAsync(room, cancellationToken));
        return Reply.Json(details, RoomAdminJson.Default.RoomDetails);
    }

    async ValueTask<bool> IsForgottenAsync(RoomSnapshot room, CancellationToken cancellationToken)
    {
        foreach (var stored in room.State.Values)
        {
            if (stored.Type == "m.room.member" && UserId.TryParse(stored.StateKey, out var user) && user.Server == identity.Name
                && (await index.OfAsync(user, cancellationToken)).GetValueOrDefault(room.RoomId) is { Forgotten: false })
            {
                return false;
            }
        }

        return true;
    }
}
