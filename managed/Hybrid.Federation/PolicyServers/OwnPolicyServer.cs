using System.Text.Json;
using Hybrid.Federation.Events;
using Hybrid.Federation.Inbound;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Policies;
using Hybrid.Rooms.PolicyServers;
using Hybrid.Rooms.Receiving;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.PolicyServers;

/// <summary>
/// This server as a policy server (server-server API, <c>POST /_matrix/policy/v1/sign</c>): it signs the events of the rooms that chose it, but not those
/// of users and servers that its policy lists ban.
/// </summary>
public sealed class OwnPolicyServer(PolicyServerOptions options, RoomRegistry rooms, PolicyLists lists, EventVerifier verifier, ServerIdentity identity)
{
    /// <summary>Whether this server is one at all.</summary>
    public bool IsEnabled => options.Key is not null;

    /// <summary>
    /// The signature of the event. <c>M_UNRECOGNIZED</c> when this is no policy server, <c>M_NOT_FOUND</c> for a room that did not choose it,
    /// <c>M_BAD_JSON</c> for what is no event, <c>M_FORBIDDEN</c> with status 400 for an event that it does not sign.
    /// </summary>
    /// <param name="origin">Who asks.</param>
    /// <param name="json">The event, signed by its sender's server.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<string>> SignAsync(ServerName origin, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        if (options.Key is not { } key)
            return MatrixError.Unrecognized();
        if (!RoomId.TryParse(RoomOf(json), out var roomId))
            return MatrixError.BadJson("'room_id' is missing, or is no room ID.");
        if (await rooms.FindAsync(roomId, cancellationToken) is not { Current: var room } || RoomPolicy.Of(room) is not { } policy
            || policy.Via != identity.Name || policy.PublicKey != key.PublicKeyBase64)
        {
            return MatrixError.NotFound("This is not the policy server of the room.");
        }

        if (!ServerAcl.Allows(room, origin))
            return MatrixError.Forbidden("The room does not let your server take part.");

        // What is signed is the hash of the content: one that is not its own would stand for another content.
        var verified = (await verifier.VerifyAsync(room.Version, roomId, [json], IncomingKind.Timeline, cancellationToken))[0];
        if (verified.Verdict == ReceivedVerdict.Malformed)
            return MatrixError.BadJson($"This is no event of the room: {verified.Reason}");
        if (verified is not { Event.Event: { } stored, Verdict: ReceivedVerdict.Accepted })
            return Refusal(verified.Reason.Length > 0 ? $"The event cannot be believed: {verified.Reason}." : "The hash of the event is wrong.");
        if (!RoomPolicy.Covers(stored))
            return Refusal("Events that name the policy server are not signed by it.");
        if (await FindRuleAsync(stored, cancellationToken) is not null)
            return Refusal("A policy list bans the sender of the event, or whom it invites.");

        return SignatureIn(EventCodec.Sign(room.Version, stored.Json.Span, identity.Name.Value, key).Json);
    }

    async ValueTask<PolicyRule?> FindRuleAsync(StoredEvent stored, CancellationToken cancellationToken)
    {
        // Who is banned may still go.
        if (stored is { Membership: "leave" } && stored.StateKey == stored.Sender.Value)
            return null;

        UserId? invited = stored.Membership == "invite" && UserId.TryParse(stored.StateKey, out var target) ? target : null;
        foreach (var list in options.Lists ?? [])
        {
            if (await lists.ReadAsync(list, cancellationToken) is { } rules
                && (rules.FindUser(stored.Sender) ?? (invited is { } user ? rules.FindUser(user) : null)) is { } rule)
            {
                return rule;
            }
        }

        return null;
    }

    static MatrixError Refusal(string message) => MatrixError.Of(400, "M_FORBIDDEN", message);

    static string? RoomOf(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("room_id", out var room) && room.ValueKind == JsonValueKind.String ? room.GetString() : null;
    }

    string SignatureIn(byte[] signed)
    {
        using var document = JsonDocument.Parse(signed);
        return document.RootElement.GetProperty("signatures").GetProperty(identity.Name.Value).GetProperty(RoomPolicy.KeyId).GetString()!;
    }
}
