using System.Text.Json;
using Hybrid.Federation.Reading;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.RoomData;

/// <summary><c>GET /_matrix/federation/v1/state_ids/{roomId}</c>: as <c>/state</c>, by IDs.</summary>
sealed class GetStateIdsEndpoint(StateReads states) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/federation/v1/state_ids/{roomId}", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var read = await states.ReadIdsAsync(request.Origin, request.Path<RoomId>("roomId"), request.RequiredEventId(), cancellationToken);
        if (!read.TryGet(out var state, out var error))
            return error;

        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            Write(writer, "pdu_ids", state.State);
            Write(writer, "auth_chain_ids", state.AuthChain);
            writer.WriteEndObject();
        });
    }

    static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<EventId> ids)
    {
        writer.WriteStartArray(name);
        foreach (var id in ids)
            writer.WriteStringValue(id.Value);
        writer.WriteEndArray();
    }
}
