using Hybrid.Ephemeral.Presence;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Sync.Sliding;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.Sync;

/// <summary><c>POST /_matrix/client/v4/sync</c> (MSC4186), and its path before it is stable, which released clients use.</summary>
sealed class SlidingSyncEndpoint(SlidingSyncEngine engine, PresenceTracker presence) : IEndpoint
{
    const string Stable = "/_matrix/client/v4/sync";

    // Larger than a hundred lists with a hundred subscriptions of any sense.
    const int MaxBodyBytes = 256 * 1024;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("POST", Stable, Access.UserOrGuest) { MaxBodyBytes = MaxBodyBytes },
        new("POST", "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync", Access.UserOrGuest) { MaxBodyBytes = MaxBodyBytes },
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadObjectAsync(cancellationToken);
        var sync = SlidingRequestReader.Read(
            request.Caller.UserId, request.Caller.DeviceId, body, request.Query("pos"), request.QueryInteger("timeout"),
            isStable: request.Http.Request.Path == Stable);
        if (!AvailabilityNames.TryParse(sync.Presence ?? request.Query("set_presence") ?? "online", out var availability))
            return MatrixError.InvalidParam("'set_presence' must be 'online', 'unavailable' or 'offline'.");

        return Reply.Custom((http, cancellation) => AnswerAsync(http, sync, availability, cancellation));
    }

    async Task AnswerAsync(HttpContext http, SlidingRequest sync, Availability availability, CancellationToken cancellationToken)
    {
        using var syncing = await presence.BeginSyncAsync(sync.UserId, sync.DeviceId, availability, cancellationToken);
        await engine.SyncAsync(
            sync,
            body =>
            {
                http.Response.ContentType = "application/json";
                http.Response.ContentLength = body.Length;
                return http.Response.Body.WriteAsync(body, cancellationToken);
            },
            cancellationToken);
    }
}
