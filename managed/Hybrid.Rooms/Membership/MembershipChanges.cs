using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Upgrades;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Membership;

/// <summary>What comes with a membership change beside who and where.</summary>
/// <param name="Reason">For people to read.</param>
/// <param name="IsDirect">For invitations: the room is meant as a direct chat.</param>
/// <param name="IsGuest">The one who joins is a guest.</param>
/// <param name="Extra">Further content keys, from a client that sent the member event as state.</param>
public sealed record MembershipTerms(string? Reason = null, bool IsDirect = false, bool IsGuest = false, JsonElement? Extra = null)
{
    public static MembershipTerms None { get; } = new();

    /// <summary>Servers that may take part in the room, for one that this server does not take part in.</summary>
    public IReadOnlyList<ServerName> Via { get; init; } = [];
}

/// <summary>Joins, leaves, invitations, knocks, kicks and bans of and by local users (specification, "Room membership").</summary>
public sealed class MembershipChanges(
    RoomRegistry rooms, IMembershipStore store, MembershipIndex index, IMemberProfiles profiles, RestrictedJoins restricted, IBlockedRoomStore blocked,
    RoomSuccession succession, ServerIdentity identity, IInvitePermissions? permissions = null, ServerNoticeOptions? notices = null, IRemoteMembership? remote = null)
{
    public async ValueTask<Result<Done>> JoinAsync(RoomId roomId, UserId userId, MembershipTerms terms, CancellationToken cancellationToken)
    {
        if (await CheckBlockAsync(roomId, cancellationToken) is { } refused)
            return refused;
        var found = await rooms.FindAsync(roomId, cancellationToken);
        if (ServersToAsk(roomId, found, userId, terms) is { Count: > 0 } servers)
        {
            if (!(await JoinThroughAsync(roomId, userId, terms, servers, fromOutside: true, cancellationToken)).TryGet(out var isThere, out var failure))
                return failure;
            if (isThere)
                return default(Done);

            // Another user of this server was faster, and nobody else has to be asked any more.
            found = await rooms.FindAsync(roomId, cancellationToken);
        }

        if (found is not { } room)
            return MatrixError.NotFound("This server does not know the room.");
        if (terms.IsGuest && room.Current.Find("m.room.guest_access")?.ContentString("guest_access") != "can_join")
            return MatrixError.Of(403, "M_GUEST_ACCESS_FORBIDDEN", "Guests cannot join this room.");

        if (!room.Current.IsJoined(userId) && await room.AwaitWholeStateAsync(cancellationToken) is { } unfinished)
            return unfinished;

        var profile = await ProfileAsync(userId, terms, cancellationToken);
        var isNew = false;
        var joined = await room.ChangeAsync<Done>(
            async (draft, token) =>
            {
                // A join that is there already stays as it is: clients join again to be sure.
                isNew = draft.MembershipOf(userId) != "join";
                if (!isNew && terms.Extra is null)
                    return default(Done);

                var voucher = await restricted.FindVoucherAsync(room.Current, draft.MembershipOf(userId), userId, identity.Name, token);
                if (!voucher.TryGet(out var via, out var error))
                    return error;

                return Add(draft, userId, userId, new MemberContent("join") { Profile = profile, Reason = terms.Reason, AuthorisedVia = via, Extra = terms.Extra });
            },
            cancellationToken);

        // Nobody here may let the user in; a member of another server may.
        if (joined.Error is { Code: "M_UNABLE_TO_GRANT_JOIN" or "M_UNABLE_TO_AUTHORISE_JOIN" })
        {
            if (remote is not null && OtherServers(room.Current) is { Count: > 0 } others)
            {
                var through = await JoinThroughAsync(roomId, userId, terms, others, fromOutside: false, cancellationToken);
                return through.Error is { } failure ? failure : default(Done);
            }

            if (joined.Error.Code == "M_UNABLE_TO_AUTHORISE_JOIN")
                return MatrixError.Forbidden(joined.Error.Message);
        }

        if (isNew && joined.Error is null)
            await succession.JoinedAsync(userId, room.Current, cancellationToken);
        return joined;
    }

    public async ValueTask<Result<Done>> KnockAsync(RoomId roomId, UserId userId, MembershipTerms terms, CancellationToken cancellationToken)
    {
        if (await CheckBlockAsync(roomId, cancellationToken) is { } refused)
            return refused;

        var profile = await profiles.FindAsync(userId, cancellationToken);
        if (ServersToAsk(roomId, await rooms.FindAsync(roomId, cancellationToken), userId, terms) is { Count: > 0 } servers)
        {
            var content = new MemberContent("knock") { Profile = profile, Reason = terms.Reason, Extra = terms.Extra };
            return await remote!.KnockAsync(roomId, userId, content.Write(), servers, cancellationToken);
        }

        return await ChangeAsync(
            roomId, userId, userId, new MemberContent("knock") { Profile = profile, Reason = terms.Reason, Extra = terms.Extra },
            static _ => null, MatrixError.NotFound("This server does not know the room."), cancellationToken);
    }

    public async ValueTask<Result<Done>> InviteAsync(RoomId roomId, UserId sender, UserId target, MembershipTerms terms, CancellationToken cancellationToken)
    {
        if (await CheckBlockAsync(roomId, cancellationToken) is { } refused)
            return refused;
        if (target.Server != identity.Name)
            return await InviteRemoteAsync(roomId, sender, target, terms, cancellationToken);
        if (await CheckInvitationAsync(sender, target, cancellationToken) is { } blocked)
            return blocked;

        var profile = await profiles.FindAsync(target, cancellationToken);
        return await ChangeAsync(
            roomId, sender, target, new MemberContent("invite") { Profile = profile, Reason = terms.Reason, IsDirect = terms.IsDirect, Extra = terms.Extra },
            membership => CheckInvited(target, membership), NotInRoom(sender), cancellationToken);
    }

    /// <summary>Leaves, rejects an invitation, or takes back a knock.</summary>
    public async ValueTask<Result<Done>> LeaveAsync(RoomId roomId, UserId userId, MembershipTerms terms, CancellationToken cancellationToken)
    {
        if (notices?.Sender is not null && await rooms.FindAsync(roomId, cancellationToken) is { } room && notices.IsNoticeRoom(room.Current)
            && room.Current.MembershipOf(userId) == "invite")
        {
            return MatrixError.Of(403, "M_CANNOT_LEAVE_SERVER_NOTICE_ROOM", "The invitation to the room of server notices cannot be rejected.");
        }

        if (remote is not null && await rooms.FindAsync(roomId, cancellationToken) is { } known && !known.Current.HasMemberOf(identity.Name)
            && known.Current.MembershipOf(userId) is "invite" or "knock" && RemoteServers.Of(roomId, known.Current, userId, [], identity.Name) is { Count: > 0 } servers)
        {
            var content = new MemberContent("leave") { Reason = terms.Reason, Extra = terms.Extra };
            return await remote.LeaveAsync(roomId, userId, content.Write(), servers, cancellationToken);
        }

        return await ChangeAsync(
            roomId, userId, userId, new MemberContent("leave") { Reason = terms.Reason, Extra = terms.Extra },
            membership => membership switch
            {
                "join" or "invite" or "knock" => null,
                "leave" => MatrixError.Forbidden("You have left this room already."),
                "ban" => MatrixError.Forbidden("You are banned from this room."),
                _ => NotInRoom(userId),
            },
            NotInRoom(userId), cancellationToken);
    }

    public ValueTask<Result<Done>> KickAsync(RoomId roomId, UserId sender, UserId target, MembershipTerms terms, CancellationToken cancellationToken) =>
        ChangeAsync(
            roomId, sender, target, new MemberContent("leave") { Reason = terms.Reason, Extra = terms.Extra },
            membership => membership is "join" or "invite" or "knock" ? null : MatrixError.Forbidden($"{target} is not in the room."),
            NotInRoom(sender), cancellationToken);

    public ValueTask<Result<Done>> BanAsync(RoomId roomId, UserId sender, UserId target, MembershipTerms terms, CancellationToken cancellationToken) =>
        ChangeAsync(
            roomId, sender, target, new MemberContent("ban") { Reason = terms.Reason, Extra = terms.Extra },
            static _ => null, NotInRoom(sender), cancellationToken);

    public ValueTask<Result<Done>> UnbanAsync(RoomId roomId, UserId sender, UserId target, MembershipTerms terms, CancellationToken cancellationToken) =>
        ChangeAsync(
            roomId, sender, target, new MemberContent("leave") { Reason = terms.Reason },
            membership => membership == "ban" ? null : MatrixError.Of(403, "M_BAD_STATE", $"{target} is not banned from the room."),
            NotInRoom(sender), cancellationToken);

    /// <summary>Forgets a room that was left; one that was not is <c>M_UNKNOWN</c>. One that the user was never in, or that is not known, is forgotten already.</summary>
    public async ValueTask<Result<Done>> ForgetAsync(RoomId roomId, UserId userId, CancellationToken cancellationToken)
    {
        var memberships = await index.OfAsync(userId, cancellationToken);
        if (!memberships.TryGetValue(roomId, out var membership))
            return default(Done);
        if (membership.Membership is not ("leave" or "ban"))
            return MatrixError.Of(400, "M_UNKNOWN", "A room must be left before it is forgotten.");

        await store.ForgetAsync(userId, roomId, cancellationToken);
        index.Invalidate(userId);
        return default(Done);
    }

    /// <summary><c>M_INVITE_BLOCKED</c> for a user who does not let the sender invite them; null for others.</summary>
    public async ValueTask<MatrixError?> CheckInvitationAsync(UserId sender, UserId target, CancellationToken cancellationToken) =>
        permissions is not null && await permissions.BlocksAsync(target, sender, cancellationToken)
            ? MatrixError.Of(403, "M_INVITE_BLOCKED", $"{target} accepts no invitations from you.")
            : null;

    // A room that this server does not take part in is joined through a server that does, if any is known.
    IReadOnlyList<ServerName> ServersToAsk(RoomId roomId, Room? room, UserId userId, MembershipTerms terms) =>
        remote is null || room?.Current.HasMemberOf(identity.Name) == true ? [] : RemoteServers.Of(roomId, room?.Current, userId, terms.Via, identity.Name);

    IReadOnlyList<ServerName> OtherServers(RoomSnapshot room) => room.LargestServers(int.MaxValue, identity.Name);

    async ValueTask<Result<bool>> JoinThroughAsync(
        RoomId roomId, UserId userId, MembershipTerms terms, IReadOnlyList<ServerName> servers, bool fromOutside, CancellationToken cancellationToken)
    {
        var content = new MemberContent("join") { Profile = await ProfileAsync(userId, terms, cancellationToken), Reason = terms.Reason, Extra = terms.Extra };
        var joined = await remote!.JoinAsync(roomId, userId, content.Write(), servers, fromOutside, cancellationToken);
        if (joined is { Error: null, Value: true } && await rooms.FindAsync(roomId, cancellationToken) is { } room)
            await succession.JoinedAsync(userId, room.Current, cancellationToken);
        return joined;
    }

    async ValueTask<Result<Done>> InviteRemoteAsync(RoomId roomId, UserId sender, UserId target, MembershipTerms terms, CancellationToken cancellationToken)
    {
        if (remote is null)
            return MatrixError.Of(400, "M_UNSUPPORTED", "This server does not federate.");
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room)
            return NotInRoom(sender);
        if (await room.AwaitWholeStateAsync(cancellationToken) is { } unfinished)
            return unfinished;
        if (CheckInvited(target, room.Current.MembershipOf(target)) is { } refused)
            return refused;

        var profile = await profiles.FindAsync(target, cancellationToken);
        var content = new MemberContent("invite") { Profile = profile, Reason = terms.Reason, IsDirect = terms.IsDirect, Extra = terms.Extra };
        return await remote.InviteAsync(room, sender, target, content.Write(), cancellationToken);
    }

    static MatrixError? CheckInvited(UserId target, string? membership) => membership switch
    {
        "join" => MatrixError.Forbidden($"{target} is in the room already."),
        "ban" => MatrixError.Forbidden($"{target} is banned from the room."),
        _ => null,
    };

    // A client that writes its member event itself chooses how its user is shown in this room.
    async ValueTask<MemberProfile> ProfileAsync(UserId userId, MembershipTerms terms, CancellationToken cancellationToken) =>
        terms.Extra is { } chosen ? ProfileIn(chosen) : await profiles.FindAsync(userId, cancellationToken);

    static MemberProfile ProfileIn(JsonElement content) => new(Text(content, "displayname"), Text(content, "avatar_url"));

    static string? Text(JsonElement content, string name) =>
        content.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static MatrixError NotInRoom(UserId userId) => MatrixError.Forbidden($"{userId} is not in this room.");

    static Result<Done> Add(RoomDraft draft, UserId sender, UserId target, MemberContent content) =>
        draft.Add(new EventProposal("m.room.member", sender, content.Write()) { StateKey = target.Value }).TryGet(out _, out var error) ? default(Done) : error;

    async ValueTask<MatrixError?> CheckBlockAsync(RoomId roomId, CancellationToken cancellationToken) =>
        await blocked.FindBlockerAsync(roomId, cancellationToken) is null
            ? null
            : MatrixError.Forbidden("The administrators of this server have blocked this room.");

    async ValueTask<Result<Done>> ChangeAsync(
        RoomId roomId, UserId sender, UserId target, MemberContent content, Func<string?, MatrixError?> check, MatrixError unknownRoom, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room)
            return unknownRoom;

        // Whether others are in the room, or banned from it, may not be known yet.
        if ((sender != target || !room.Current.IsJoined(sender)) && await room.AwaitWholeStateAsync(cancellationToken) is { } unfinished)
            return unfinished;

        // What someone is in a room is told to those who are in it: the others are refused for themselves first.
        return await room.ChangeAsync(
            (draft, _) => ValueTask.FromResult(
                sender != target && draft.MembershipOf(sender) != "join" ? NotInRoom(sender)
                : check(draft.MembershipOf(target)) is { } refused ? refused
                : Add(draft, sender, target, content)),
            cancellationToken);
    }
}
