using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;
using Hybrid.Primitives.Net;
using Hybrid.Storage.Push;
using Microsoft.Extensions.Logging;

namespace Hybrid.Push.Pushers;

/// <summary>Pushers of kind <c>http</c>: tells push gateways, one event at a time.</summary>
sealed class GatewayDelivery(
    WaitingEvents waiting, BadgeCounts badges, PusherOptions options, ILogger<GatewayDelivery> logger)
    : IPusherDelivery, IDisposable
{
    // How long a gateway may take; it may wait for one itself.
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    readonly HttpClient _http = OutboundHttp.Create(options.AllowPrivateAddresses, Timeout);

    // The count that each pusher was told last: to tell it again is a message for nothing.
    readonly ConcurrentDictionary<long, long> _told = new();

    public string Kind => PusherKinds.Http;

    public int BatchSize => 10;

    public async ValueTask<Delivery> SendAsync(Pusher pusher, IReadOnlyList<QueuedPush> queue, CancellationToken cancellationToken)
    {
        var done = 0L;
        foreach (var push in queue)
        {
            if (await waiting.FindAsync(pusher.UserId, push, cancellationToken) is { } found)
            {
                var unread = await badges.CountAsync(pusher.UserId, cancellationToken);
                var outcome = await PostAsync(pusher, GatewayMessage.Event(pusher, found.Event, found.Room, found.Actions, unread), cancellationToken);
                if (outcome != DeliveryOutcome.Done)
                    return new Delivery(outcome, done);
                _told[pusher.Number] = unread;
            }

            done = push.Position;
        }

        return new Delivery(DeliveryOutcome.Done, done);
    }

    public async ValueTask<DeliveryOutcome> SendBadgeAsync(Pusher pusher, CancellationToken cancellationToken)
    {
        var unread = await badges.CountAsync(pusher.UserId, cancellationToken);
        if (_told.TryGetValue(pusher.Number, out var told) && told == unread)
            return DeliveryOutcome.Done;

        var outcome = await PostAsync(pusher, GatewayMessage.Badge(pusher, unread), cancellationToken);
        if (outcome == DeliveryOutcome.Done)
            _told[pusher.Number] = unread;
        return outcome;
    }

    public void Dispose() => _http.Dispose();

    async ValueTask<DeliveryOutcome> PostAsync(Pusher pusher, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await _http.PostAsync(PusherSetup.GatewayOf(pusher.Data), content, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                logger.LogDebug("The push gateway of pusher {Number} answers {Status}", pusher.Number, (int)response.StatusCode);
                return DeliveryOutcome.Failed;
            }

            return IsRejected(await response.Content.ReadAsByteArrayAsync(cancellationToken), pusher.PushKey) ? DeliveryOutcome.Gone : DeliveryOutcome.Done;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            logger.LogDebug("The push gateway of pusher {Number} cannot be reached: {Reason}", pusher.Number, failure.Message);
            return DeliveryOutcome.Failed;
        }
    }

    static bool IsRejected(byte[] answer, string pushKey)
    {
        using var parsed = JsonDocument.Parse(answer);
        return parsed.RootElement.ValueKind == JsonValueKind.Object
            && parsed.RootElement.TryGetProperty("rejected", out var rejected) && rejected.ValueKind == JsonValueKind.Array
            && rejected.EnumerateArray().Any(key => key.ValueKind == JsonValueKind.String && key.ValueEquals(pushKey));
    }
}
