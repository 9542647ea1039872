using System.Buffers;
using System.Text.Json;
using Hybrid.Federation.Inbound;
using Hybrid.Federation.Remote;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;

namespace Hybrid.Federation.Joins;

/// <summary>An invitation that an identity server kept for an address, and now signs for the user who owns it.</summary>
/// <param name="RoomId">The room.</param>
/// <param name="Sender">Who invited the address.</param>
/// <param name="Target">Whose address it is.</param>
/// <param name="Signed">What the identity server signed: an object with <c>mxid</c>, <c>token</c> and <c>signatures</c>.</param>
public sealed record BoundInvitation(RoomId RoomId, UserId Sender, UserId Target, JsonElement Signed);

/// <summary>
/// Turns invitations of addresses into invitations of users (server-server API, "Third-party invites"). Whether a key of the room's
/// <c>m.room.third_party_invite</c> signed one, the rules of the room decide: nobody else is believed.
/// </summary>
public sealed class ThirdPartyExchange(RoomRegistry rooms, MembershipChanges memberships, PeerQuestions peers, ServerIdentity identity)
{
    const string EventType = "m.room.third_party_invite";

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>Invites in the name of the sender: here, or through the sender's server.</summary>
    public ValueTask<Result<Done>> ClaimAsync(BoundInvitation invitation, CancellationToken cancellationToken) =>
        invitation.Sender.Server == identity.Name ? IssueAsync(invitation, cancellationToken) : ForwardAsync(invitation, cancellationToken);

    /// <summary>What another server asks for, whose user was invited by one of this server's.</summary>
    public async ValueTask<Result<Done>> ExchangeAsync(ServerName origin, BoundInvitation invitation, CancellationToken cancellationToken)
    {
        if (invitation.Sender.Server != identity.Name)
            return MatrixError.InvalidParam("The sender is no user of this server.");
        if (await rooms.FindAsync(invitation.RoomId, cancellationToken) is { } room && !ServerAcl.Allows(room.Current, origin))
            return MatrixError.Forbidden("The room does not let your server take part.");

        return await IssueAsync(invitation, cancellationToken);
    }

    async ValueTask<Result<Done>> IssueAsync(BoundInvitation invitation, CancellationToken cancellationToken)
    {
        var room = (await rooms.FindAsync(invitation.RoomId, cancellationToken))?.Current;
        if (room is null || DisplayName(room, invitation) is not { } name)
            return MatrixError.Forbidden("There is no such invitation in the room.");

        using var content = JsonDocument.Parse(Write(writer => WriteInvite(writer, invitation, name)));
        return await memberships.InviteAsync(
            invitation.RoomId, invitation.Sender, invitation.Target, new MembershipTerms(Extra: content.RootElement), cancellationToken);
    }

    async ValueTask<Result<Done>> ForwardAsync(BoundInvitation invitation, CancellationToken cancellationToken)
    {
        var name = (await rooms.FindAsync(invitation.RoomId, cancellationToken))?.Current is { } room ? DisplayName(room, invitation) : null;
        var body = Write(writer =>
        {
            writer.WriteString("type"u8, "m.room.member"u8);
            writer.WriteString("room_id"u8, invitation.RoomId.Value);
            writer.WriteString("sender"u8, invitation.Sender.Value);
            writer.WriteString("state_key"u8, invitation.Target.Value);
            writer.WriteStartObject("content"u8);
            writer.WriteString("membership"u8, "invite"u8);
            WriteInvite(writer, invitation, name);
            writer.WriteEndObject();
        });
        var request = FederationRequest.Put(FederationPath.Of("federation/v1/exchange_third_party_invite", invitation.RoomId.Value), body) with { Timeout = Timeout };
        var asked = await peers.AskAsync(invitation.Sender.Server, request, static _ => "", cancellationToken);
        return asked.Failure is { } failure ? failure.ToMatrixError() : default(Done);
    }

    static string? DisplayName(RoomSnapshot room, BoundInvitation invitation) =>
        invitation.Signed.Text("token", 255) is { } token ? room.Find(EventType, token)?.ContentString("display_name") : null;

    static void WriteInvite(Utf8JsonWriter writer, BoundInvitation invitation, string? name)
    {
        writer.WriteStartObject("third_party_invite"u8);
        if (name is not null)
            writer.WriteString("display_name"u8, name);
        writer.WritePropertyName("signed"u8);
        invitation.Signed.WriteTo(writer);
        writer.WriteEndObject();
    }

    static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
