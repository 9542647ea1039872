using System.Text.Json.Nodes;
using Hybrid.Accounts.ThirdParty;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.ThirdParty;
using Hybrid.Rooms;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;
using Hybrid.Rooms.State;

namespace Hybrid.ClientApi.Rooms;

/// <summary>
/// Invitations of people by e-mail address or telephone number (specification, client-server API, "Third-party Invites"). Whom an identity
/// server knows is invited as a user; for whom it does not, it keeps an invitation, and the room gets its token.
/// </summary>
public sealed class ThirdPartyInvites(RoomRegistry rooms, MembershipChanges memberships, EventSending sending, IIdentityServers identityServers)
{
    const string EventType = "m.room.third_party_invite";

    /// <summary>What an invitation needs; <c>M_MISSING_PARAM</c> or <c>M_INVALID_PARAM</c> when something is not right.</summary>
    internal static Result<ThirdPartyInvitee> Read(InviteAddressBody body)
    {
        if (body is not { Medium: { } medium, Address: { } text, IdServer: { } server, IdAccessToken: { } token })
            return MatrixError.MissingParam("'user_id' is needed, or 'medium', 'address', 'id_server' and 'id_access_token'.");

        return AddressText.Of(medium, text) is { } address
            ? new ThirdPartyInvitee(server, token, address)
            : MatrixError.InvalidParam("'medium' and 'address' name no address.");
    }

    /// <summary>Invites in the sender's name. <c>M_FORBIDDEN</c> before anyone is told when the sender may not invite; what the identity server refuses.</summary>
    internal async ValueTask<Result<Done>> InviteAsync(RoomId roomId, UserId sender, ThirdPartyInvitee invitee, MembershipTerms terms, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(roomId, cancellationToken) is not { Current: var room } || !room.IsJoined(sender))
            return MatrixError.Forbidden($"{sender} is not in this room.");
        if (room.PowerLevels.Of(sender) < room.PowerLevels.Invite)
            return MatrixError.Forbidden("Inviting others takes a higher power level.");

        var found = await identityServers.FindUserAsync(invitee.Server, invitee.AccessToken, invitee.Address, cancellationToken);
        if (!found.TryGet(out var known, out var refused))
            return refused;
        if (known is { } userId)
            return await memberships.InviteAsync(roomId, sender, userId, terms, cancellationToken);

        var request = new InviteToKeep(invitee.Address, roomId, sender)
        {
            RoomName = room.Find("m.room.name")?.ContentString("name"),
            RoomAlias = room.Find("m.room.canonical_alias")?.ContentString("alias"),
            RoomAvatarUrl = room.Find("m.room.avatar")?.ContentString("url"),
            JoinRule = room.Find("m.room.join_rules")?.ContentString("join_rule"),
            SenderDisplayName = room.Find("m.room.member", sender.Value)?.ContentString("displayname"),
            SenderAvatarUrl = room.Find("m.room.member", sender.Value)?.ContentString("avatar_url"),
        };
        var kept = await identityServers.KeepInviteAsync(invitee.Server, invitee.AccessToken, request, cancellationToken);
        return kept.TryGet(out var invite, out refused) ? await TellAsync(roomId, sender, invite, cancellationToken) : refused;
    }

    async ValueTask<Result<Done>> TellAsync(RoomId roomId, UserId sender, KeptInvite invite, CancellationToken cancellationToken)
    {
        var keys = new JsonArray([.. invite.Keys.Select(static key => new JsonObject { ["public_key"] = key.PublicKey, ["key_validity_url"] = key.ValidityUrl })]);
        var content = new JsonObject
        {
            ["display_name"] = invite.DisplayName,
            ["key_validity_url"] = invite.Keys[0].ValidityUrl,
            ["public_key"] = invite.Keys[0].PublicKey,
            ["public_keys"] = keys,
        };
        var proposal = new EventProposal(EventType, sender, System.Text.Encoding.UTF8.GetBytes(content.ToJsonString())) { StateKey = invite.Token };
        return (await sending.SendAsync(roomId, proposal, cancellationToken)).Error is { } error ? error : default(Done);
    }
}

/// <summary>Someone to invite, and the identity server to ask about them.</summary>
readonly record struct ThirdPartyInvitee(string Server, string AccessToken, Storage.ThirdParty.ThirdPartyAddress Address);
