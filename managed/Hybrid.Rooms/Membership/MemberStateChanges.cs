using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Rooms.Membership;

/// <summary>Member events that clients write as state: each goes the way of the membership change that it asks for.</summary>
public sealed class MemberStateChanges(MembershipChanges memberships, RoomRegistry rooms)
{
    /// <summary>The member event that stands there afterwards; what the change is refused with.</summary>
    public async ValueTask<Result<EventId>> ApplyAsync(
        RoomId roomId, UserId sender, bool isGuest, string stateKey, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (!UserId.TryParse(stateKey, out var target))
            return MatrixError.InvalidParam("The state key of a member event must be a user ID.");

        using var document = JsonDocument.Parse(content);
        var body = document.RootElement;
        var isDirect = body.TryGetProperty("is_direct", out var direct) && direct.ValueKind == JsonValueKind.True;
        var terms = new MembershipTerms(Text(body, "reason"), isDirect, isGuest, body);
        var result = Text(body, "membership") switch
        {
            "join" when target != sender => MatrixError.Forbidden("Nobody can be joined by another user."),
            "join" => await memberships.JoinAsync(roomId, target, terms, cancellationToken),
            "knock" when target == sender => await memberships.KnockAsync(roomId, target, terms, cancellationToken),
            "invite" => await memberships.InviteAsync(roomId, sender, target, terms, cancellationToken),
            "ban" => await memberships.BanAsync(roomId, sender, target, terms, cancellationToken),
            "leave" when target == sender => await memberships.LeaveAsync(roomId, target, terms, cancellationToken),
            "leave" => await RemoveAsync(roomId, sender, target, terms, cancellationToken),
            _ => MatrixError.BadJson("'membership' is missing or unknown."),
        };
        if (result.Error is { } error)
            return error;

        var room = await rooms.FindAsync(roomId, cancellationToken);
        return room!.Current.Find("m.room.member", stateKey)!.EventId;
    }

    async ValueTask<Result<Done>> RemoveAsync(RoomId roomId, UserId sender, UserId target, MembershipTerms terms, CancellationToken cancellationToken)
    {
        var room = await rooms.FindAsync(roomId, cancellationToken);
        return room?.Current.MembershipOf(target) == "ban"
            ? await memberships.UnbanAsync(roomId, sender, target, terms, cancellationToken)
            : await memberships.KickAsync(roomId, sender, target, terms, cancellationToken);
    }

    static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
