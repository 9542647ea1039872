using System.Globalization;
using System.Text.Json;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Timeline;

namespace Hybrid.Federation.Remote;

/// <summary>Asks the largest servers of a room for events by time (server-server API, <c>/timestamp_to_event</c>).</summary>
sealed class RemoteTimestamps(PeerQuestions peers, ServerIdentity identity) : IRemoteTimestamps
{
    const int MaxServers = 3;
    const int MaxAnswerBytes = 64 * 1024;

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public async ValueTask<EventMoment?> FindAsync(RoomSnapshot room, long timestamp, bool backwards, CancellationToken cancellationToken)
    {
        var target = FederationPath.WithQuery(
            FederationPath.Of("federation/v1/timestamp_to_event", room.RoomId.Value),
            ("ts", timestamp.ToString(CultureInfo.InvariantCulture)), ("dir", backwards ? "b" : "f"));
        var request = FederationRequest.Get(target) with { Timeout = Timeout, MaxAnswerBytes = MaxAnswerBytes };
        foreach (var server in room.LargestServers(MaxServers, besides: identity.Name))
        {
            var asked = await peers.AskAsync(server, request, Read, cancellationToken);
            if (asked.TryGet(out var found, out _) && (backwards ? found.Moment.OriginServerTs <= timestamp : found.Moment.OriginServerTs >= timestamp))
                return found.Moment;
        }

        return null;
    }

    static Found? Read(JsonElement answer) => answer.Identifier<EventId>("event_id") is { } eventId && answer.Integer("origin_server_ts") is { } sent
        ? new Found(new EventMoment(eventId, sent))
        : null;

    sealed record Found(EventMoment Moment);
}
