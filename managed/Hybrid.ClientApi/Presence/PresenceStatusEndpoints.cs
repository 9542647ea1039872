using Hybrid.ClientApi.AccountData;
using Hybrid.Ephemeral.Presence;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Presence;
using Hybrid.Sync;

namespace Hybrid.ClientApi.Presence;

/// <summary><c>PUT /_matrix/client/v3/presence/{userId}/status</c></summary>
sealed class SetPresenceStatus(PresenceTracker presence) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/client/v3/presence/{userId}/status", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (OwnUser.Check(request) is { } refusal)
            return refusal;

        var body = await request.ReadJsonAsync(PresenceJson.Default.SetPresenceBody, cancellationToken);
        if (body.Presence is null)
            return MatrixError.MissingParam("'presence' is missing.");
        if (!AvailabilityNames.TryParse(body.Presence, out var availability))
            return MatrixError.InvalidParam("'presence' must be 'online', 'unavailable' or 'offline'.");

        await presence.SetAsync(request.Caller.UserId, request.Caller.DeviceId, availability, body.StatusMsg, cancellationToken);
        return Reply.Empty;
    }
}

/// <summary><c>GET /_matrix/client/v3/presence/{userId}/status</c></summary>
sealed class GetPresenceStatus(PresenceTracker presence, SharedRooms shared, TimeProvider time) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/presence/{userId}/status", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var userId = request.Path<UserId>("userId");
        if (userId != request.Caller.UserId && !await shared.ShareAsync(request.Caller.UserId, userId, cancellationToken))
            return MatrixError.Forbidden("You are not allowed to see their presence.");

        var state = await presence.ReadAsync(userId, cancellationToken);
        long? ago = state.LastActive == 0 ? null : Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds() - state.LastActive);
        var status = new PresenceStatus(state.Availability.ToWire(), ago, state.StatusMessage, state.CurrentlyActive);
        return Reply.Json(status, PresenceJson.Default.PresenceStatus);
    }
}
