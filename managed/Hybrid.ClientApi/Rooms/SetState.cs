using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;

namespace Hybrid.ClientApi.Rooms;

/// <summary>
/// <c>PUT /_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}</c>. A member event goes the way of the membership
/// change that it asks for.
/// </summary>
public sealed class SetState(EventSending sending, MembershipChanges memberships, GuestEvictions guests, RoomRegistry rooms) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("PUT", "/_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}", Access.UserOrGuest, RateClass.Message),
        new("PUT", "/_matrix/client/v3/rooms/{roomId}/state/{eventType}", Access.UserOrGuest, RateClass.Message),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var type = request.Path("eventType");
        var stateKey = request.PathOrEmpty("stateKey");
        var content = await request.ReadObjectAsync(cancellationToken);
        if (type == "m.room.member")
            return (await ChangeMembershipAsync(roomId, stateKey, content, request.Caller, cancellationToken)).ToReply();

        var proposal = new EventProposal(type, request.Caller.UserId, content) { StateKey = stateKey };
        var sent = await sending.SendAsync(roomId, proposal, cancellationToken);
        if (type == GuestEvictions.EventType && stateKey.Length == 0 && sent.Error is null)
            await guests.RunAsync(roomId, CancellationToken.None);
        return sent.ToReply();
    }

    async ValueTask<Result<EventId>> ChangeMembershipAsync(RoomId roomId, string stateKey, ReadOnlyMemory<byte> content, Caller caller, CancellationToken cancellationToken)
    {
        if (!UserId.TryParse(stateKey, out var target))
            return MatrixError.InvalidParam("The state key of a member event must be a user ID.");

        var result = await ApplyAsync();
        if (result.Error is { } error)
            return error;

        var room = await rooms.FindAsync(roomId, cancellationToken);
        return room!.Current.Find("m.room.member", stateKey)!.EventId;

        async ValueTask<Result<Done>> ApplyAsync()
        {
            using var document = JsonDocument.Parse(content);
            var body = document.RootElement;
            var reason = Text(body, "reason");
            var isDirect = body.TryGetProperty("is_direct", out var direct) && direct.ValueKind == JsonValueKind.True;
            var terms = new MembershipTerms(reason, isDirect, caller.IsGuest, body);
            return Text(body, "membership") switch
            {
                "join" when target != caller.UserId => MatrixError.Forbidden("Nobody can be joined by another user."),
                "join" => await memberships.JoinAsync(roomId, target, terms, cancellationToken),
                "knock" when target == caller.UserId => await memberships.KnockAsync(roomId, target, terms, cancellationToken),
                "invite" => await memberships.InviteAsync(roomId, caller.UserId, target, terms, cancellationToken),
                "ban" => await memberships.BanAsync(roomId, caller.UserId, target, terms, cancellationToken),
                "leave" when target == caller.UserId => await memberships.LeaveAsync(roomId, target, terms, cancellationToken),
                "leave" => await RemoveAsync(terms),
                _ => MatrixError.BadJson("'membership' is missing or unknown."),
            };
        }

        async ValueTask<Result<Done>> RemoveAsync(MembershipTerms terms)
        {
            var room = await rooms.FindAsync(roomId, cancellationToken);
            return room?.Current.MembershipOf(target) == "ban"
                ? await memberships.UnbanAsync(roomId, caller.UserId, target, terms, cancellationToken)
                : await memberships.KickAsync(roomId, caller.UserId, target, terms, cancellationToken);
        }
    }

    static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
