using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.Membership;

/// <summary>Joins that another room's membership allows (specification, room version 8, "Restricted rooms").</summary>
public sealed class RestrictedJoins(RoomRegistry rooms)
{
    /// <summary>
    /// The local member who vouches for the join; null when the room's join rule needs none, <c>M_FORBIDDEN</c> when the user is in
    /// none of the rooms that the rule names, <c>M_UNABLE_TO_GRANT_JOIN</c> when no member here may vouch.
    /// </summary>
    /// <param name="room">The room.</param>
    /// <param name="membership">The membership that the user has.</param>
    /// <param name="joining">The user, of this server or another.</param>
    /// <param name="server">This server.</param>
    /// <param name="cancellationToken">Ends the wait for rooms to be opened.</param>
    public async ValueTask<Result<UserId?>> FindVoucherAsync(
        RoomSnapshot room, string? membership, UserId joining, ServerName server, CancellationToken cancellationToken)
    {
        if (room.JoinRule is not ("restricted" or "knock_restricted") || membership is "invite" or "join")
            return default(UserId?);
        if (!await IsAllowedAsync(room, joining, cancellationToken))
        {
            // Of a room that it does not take part in, this server cannot say who is in it.
            return await IsBlindAsync(room, server, cancellationToken)
                ? MatrixError.Of(400, "M_UNABLE_TO_AUTHORISE_JOIN", "This server cannot tell whether you may join.")
                : MatrixError.Forbidden("You are in none of the rooms whose members may join this one.");
        }

        foreach (var member in room.Joined)
        {
            if (member.Server == server && room.PowerLevels.Of(member) >= room.PowerLevels.Invite)
                return member;
        }

        return MatrixError.Of(400, "M_UNABLE_TO_GRANT_JOIN", "No member on this server may let you in.");
    }

    async ValueTask<bool> IsBlindAsync(RoomSnapshot room, ServerName server, CancellationToken cancellationToken)
    {
        foreach (var allowed in AllowedRooms(room))
        {
            if (await rooms.FindAsync(allowed, cancellationToken) is not { } other || !other.Current.HasMemberOf(server))
                return true;
        }

        return false;
    }

    /// <summary>Whether the user is in one of the rooms that a restricted room's join rule names.</summary>
    internal ValueTask<bool> IsAllowedAsync(RoomSnapshot room, UserId joining, CancellationToken cancellationToken) =>
        IsInAnyAsync(AllowedRooms(room), joining, cancellationToken);

    /// <summary>Whether the user is in one of these rooms, as far as this server knows.</summary>
    internal async ValueTask<bool> IsInAnyAsync(IReadOnlyList<RoomId> allowedRooms, UserId joining, CancellationToken cancellationToken)
    {
        foreach (var allowed in allowedRooms)
        {
            if (await rooms.FindAsync(allowed, cancellationToken) is { } other && other.Current.IsJoined(joining))
                return true;
        }

        return false;
    }

    /// <summary>The rooms whose members may join; none where the join rule is another.</summary>
    internal static List<RoomId> AllowedRooms(RoomSnapshot room)
    {
        var allowed = new List<RoomId>();
        if (room.JoinRule is not ("restricted" or "knock_restricted"))
            return allowed;

        using var content = JsonDocument.Parse(room.Find("m.room.join_rules")!.Content());
        if (!content.RootElement.TryGetProperty("allow", out var conditions) || conditions.ValueKind != JsonValueKind.Array)
            return allowed;

        foreach (var condition in conditions.EnumerateArray())
        {
            if (condition.ValueKind == JsonValueKind.Object
                && condition.TryGetProperty("type", out var type) && type.ValueEquals("m.room_membership")
                && condition.TryGetProperty("room_id", out var id) && id.ValueKind == JsonValueKind.String
                && RoomId.TryParse(id.GetString(), out var roomId))
            {
                allowed.Add(roomId);
            }
        }

        return allowed;
    }
}
