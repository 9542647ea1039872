using Hybrid.Federation.Reading;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.RoomData;

/// <summary><c>GET /_matrix/federation/v1/state/{roomId}</c>: the state before an event, with all that authorizes it.</summary>
sealed class GetStateEndpoint(StateReads states) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/federation/v1/state/{roomId}", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var read = await states.ReadAsync(request.Origin, request.Path<RoomId>("roomId"), request.RequiredEventId(), cancellationToken);
        return read.TryGet(out var state, out var error) ? EventsReply.Of(("pdus", state.State), ("auth_chain", state.AuthChain)) : error;
    }
}
