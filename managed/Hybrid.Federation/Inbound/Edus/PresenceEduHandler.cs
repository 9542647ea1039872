using System.Text.Json;
using Hybrid.Ephemeral.Presence;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Inbound.Edus;

/// <summary><c>m.presence</c>: how users of other servers are. Only of those who share a room with anyone here, or did when they were heard of first.</summary>
public sealed class PresenceEduHandler(PresenceTracker presence, IMembershipStore memberships, TimeProvider time) : IEduHandler
{
    const int MaxUsers = 1000;
    const int MaxStatusMessage = 1000;

    public string EduType => "m.presence";

    public async ValueTask HandleAsync(ServerName origin, JsonElement content, CancellationToken cancellationToken)
    {
        if (content.ValueKind != JsonValueKind.Object || !content.IsReadable() || !content.TryGetProperty("push", out var push)
            || push.ValueKind != JsonValueKind.Array)
            return;

        foreach (var update in push.EnumerateArray().Take(MaxUsers))
        {
            if (EduFields.TryParseUserOf(origin, update.Text("user_id"), out var userId) && AvailabilityNames.TryParse(update.Text("presence"), out var availability)
                && await IsInReachAsync(userId, cancellationToken))
                await presence.SetRemoteAsync(Read(userId, availability, update), cancellationToken);
        }
    }

    PresenceState Read(UserId userId, Availability availability, JsonElement update)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var message = update.Text("status_msg");
        var lastActive = update.Integer("last_active_ago") is { } ago ? Math.Clamp(now - Math.Clamp(ago, 0, now), 0, now) : 0;
        return new PresenceState(
            userId, availability, message is { Length: <= MaxStatusMessage } ? message : null, lastActive,
            availability == Availability.Online && update.Flag("currently_active") == true);
    }

    async ValueTask<bool> IsInReachAsync(UserId userId, CancellationToken cancellationToken) =>
        presence.Knows(userId)
        || (await memberships.ReadMembershipsAsync(userId, cancellationToken)).Any(static membership => membership.Membership == "join");
}
