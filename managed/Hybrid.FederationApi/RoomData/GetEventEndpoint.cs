using Hybrid.Federation.Reading;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;

namespace Hybrid.FederationApi.RoomData;

/// <summary><c>GET /_matrix/federation/v1/event/{eventId}</c></summary>
sealed class GetEventEndpoint(RoomReads reads, ServerVisibility visibility, ServerIdentity identity, TimeProvider time) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/federation/v1/event/{eventId}", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!(await reads.FindAsync(request.Origin, request.Path<EventId>("eventId"), cancellationToken)).TryGet(out var found, out var error))
            return error;

        var shown = await visibility.FilterAsync(found.Room, [found.Event], request.Origin, cancellationToken);
        return EventsReply.Transaction(identity.Name, time.GetUtcNow(), shown);
    }
}
