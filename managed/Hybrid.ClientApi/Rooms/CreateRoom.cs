using System.Text.Json;
using Hybrid.AppServices;
using Hybrid.ClientApi.Account;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Rooms;
using Hybrid.Protocol.Client.ThirdParty;
using Hybrid.Rooms;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Membership;

namespace Hybrid.ClientApi.Rooms;

/// <summary><c>POST /_matrix/client/v3/createRoom</c></summary>
public sealed class CreateRoom(
    RoomCreation creation, ThirdPartyInvites thirdParty, ServerIdentity identity, ServerFeatures features, AppServiceDirectory services) : IEndpoint
{
    const int MaxInvitees = 20;

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/createRoom", Access.User, RateClass.Membership) { WhileSuspended = false }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(RoomsJson.Default.CreateRoomBody, cancellationToken);
        if (!Terms(body, request.Caller.UserId).TryGet(out var terms, out var error))
            return error;
        if (terms.Alias is { } alias && services.CheckAlias(alias, request.Caller.AppServiceId) is { } exclusive)
            return exclusive;
        if (!Invitees(body.InviteThirdParty ?? []).TryGet(out var invitees, out error))
            return error;
        if (!(await creation.CreateAsync(terms, cancellationToken)).TryGet(out var roomId, out error))
            return error;

        // The room is there by now, with whom could be invited: an identity server that fails is for the client to know.
        var invitation = new MembershipTerms(IsDirect: body.IsDirect ?? false);
        foreach (var invitee in invitees)
        {
            if ((await thirdParty.InviteAsync(roomId, request.Caller.UserId, invitee, invitation, cancellationToken)).Error is { } refused)
                return refused;
        }

        return Reply.Json(new RoomIdAnswer(roomId), RoomsJson.Default.RoomIdAnswer);
    }

    static Result<IReadOnlyList<ThirdPartyInvitee>> Invitees(IReadOnlyList<JsonElement> bodies)
    {
        if (bodies.Count > MaxInvitees)
            return MatrixError.InvalidParam($"'invite_3pid' has {MaxInvitees} entries at most.");

        var invitees = new List<ThirdPartyInvitee>();
        foreach (var body in bodies)
        {
            InviteAddressBody? entry = null;
            try
            {
                entry = body.Deserialize(ThirdPartyJson.Default.InviteAddressBody);
            }
            catch (JsonException)
            {
                // As one that is no object at all.
            }

            if (entry is null)
                return MatrixError.BadJson("An entry of 'invite_3pid' has the wrong shape.");
            if (!ThirdPartyInvites.Read(entry).TryGet(out var invitee, out var unfit))
                return unfit;
            invitees.Add(invitee);
        }

        return invitees;
    }

    Result<RoomCreationTerms> Terms(CreateRoomBody body, UserId creator)
    {
        if (body.Visibility is not (null or "public" or "private"))
            return MatrixError.InvalidParam("'visibility' is neither public nor private.");
        if (!IsObjectOrAbsent(body.CreationContent) || !IsObjectOrAbsent(body.PowerLevelContentOverride))
            return MatrixError.BadJson("'creation_content' and 'power_level_content_override' must be objects.");
        if (body.InitialState?.Any(static entry => entry.Content.ValueKind != JsonValueKind.Object) == true)
            return MatrixError.BadJson("The content of an initial state event must be an object.");

        var isPublic = body.Visibility == "public";
        if (!Preset(body.Preset, isPublic).TryGet(out var preset, out var error))
            return error;

        RoomAlias? alias = null;
        if (body.RoomAliasName is { } name)
        {
            if (name.Contains(':', StringComparison.Ordinal) || !RoomAlias.TryParse($"#{name}:{identity.Name}", out var parsed))
                return MatrixError.InvalidParam("'room_alias_name' is not the local part of a valid alias.");
            alias = parsed;
        }

        // The engine knows more versions than it offers: those of old rooms, which it may come to take part in.
        var version = body.RoomVersion ?? features.DefaultRoomVersion;
        if (!features.RoomVersions.ContainsKey(version))
            return MatrixError.Of(400, "M_UNSUPPORTED_ROOM_VERSION", $"This server does not create rooms of version '{version}'.");

        return new RoomCreationTerms(creator, version, preset)
        {
            IsPublic = isPublic,
            Alias = alias,
            Name = body.Name,
            Topic = body.Topic,
            Invited = body.Invite ?? [],
            IsDirect = body.IsDirect ?? false,
            InitialState = [.. (body.InitialState ?? []).Select(static entry => new InitialStateEvent(entry.Type, entry.StateKey ?? "", entry.Content))],
            CreationContent = body.CreationContent,
            PowerLevelOverride = body.PowerLevelContentOverride,
        };
    }

    static bool IsObjectOrAbsent(JsonElement? value) => value is null or { ValueKind: JsonValueKind.Object };

    static Result<RoomPreset> Preset(string? name, bool isPublic) => name switch
    {
        "private_chat" => RoomPreset.PrivateChat,
        "trusted_private_chat" => RoomPreset.TrustedPrivateChat,
        "public_chat" => RoomPreset.PublicChat,
        null => isPublic ? RoomPreset.PublicChat : RoomPreset.PrivateChat,
        _ => MatrixError.InvalidParam($"'{name}' is not a preset."),
    };
}
