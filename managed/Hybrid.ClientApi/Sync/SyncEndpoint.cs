using Hybrid.Accounts.Filters;
using Hybrid.Ephemeral.Presence;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Sync;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.Sync;

/// <summary><c>GET /_matrix/client/v3/sync</c></summary>
sealed class SyncEndpoint(SyncEngine engine, FilterRegistry filters, PresenceTracker presence) : IEndpoint
{
    const string Unstable = "org.matrix.msc4222.";

    // Longer than any client asks for; proxies give up far earlier.
    static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(10);

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/sync", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var caller = request.Caller;
        StreamPositions? since = null;
        if (request.Query("since") is { Length: > 0 } token)
        {
            if (!StreamPositions.TryParse(token, out var positions))
                return MatrixError.InvalidParam("'since' is not a token of this server's /sync.");
            since = positions;
        }

        if (!AvailabilityNames.TryParse(request.Query("set_presence") ?? "online", out var availability))
            return MatrixError.InvalidParam("'set_presence' must be 'online', 'unavailable' or 'offline'.");
        if (!(await filters.ResolveAsync(caller.UserId, request.Query("filter"), cancellationToken)).TryGet(out var filter, out var invalid))
            return invalid;

        var timeout = Math.Clamp(request.QueryInteger("timeout") ?? 0, 0, (long)MaxTimeout.TotalMilliseconds);
        var stateAfter = request.QueryBoolean("use_state_after");
        var unstableStateAfter = stateAfter is null && request.QueryBoolean(Unstable + "use_state_after") == true;
        var sync = new SyncRequest(caller.UserId, caller.DeviceId, since)
        {
            Filter = filter,
            FullState = request.QueryBoolean("full_state") ?? false,
            UseStateAfter = stateAfter == true || unstableStateAfter,
            StateAfterName = unstableStateAfter ? Unstable + "state_after" : "state_after",
            Timeout = TimeSpan.FromMilliseconds(timeout),
        };
        return Reply.Custom((http, cancellation) => AnswerAsync(http, sync, availability, cancellation));
    }

    async Task AnswerAsync(HttpContext http, SyncRequest sync, Availability availability, CancellationToken cancellationToken)
    {
        using var syncing = await presence.BeginSyncAsync(sync.UserId, sync.DeviceId, availability, cancellationToken);
        await engine.SyncAsync(
            sync,
            piece =>
            {
                if (piece.IsFirst)
                    http.Response.ContentType = "application/json";
                if (piece is { IsFirst: true, IsLast: true })
                    http.Response.ContentLength = piece.Bytes.Length;
                return http.Response.Body.WriteAsync(piece.Bytes, cancellationToken);
            },
            cancellationToken);
    }
}
