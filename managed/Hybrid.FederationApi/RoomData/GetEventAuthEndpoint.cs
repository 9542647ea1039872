using Hybrid.Federation.Reading;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.RoomData;

/// <summary><c>GET /_matrix/federation/v1/event_auth/{roomId}/{eventId}</c>: all that authorizes an event.</summary>
sealed class GetEventAuthEndpoint(StateReads states) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/federation/v1/event_auth/{roomId}/{eventId}", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var read = await states.ReadAuthChainAsync(request.Origin, request.Path<RoomId>("roomId"), request.Path<EventId>("eventId"), cancellationToken);
        return read.TryGet(out var chain, out var error) ? EventsReply.Of(("auth_chain", chain.Events)) : error;
    }
}
