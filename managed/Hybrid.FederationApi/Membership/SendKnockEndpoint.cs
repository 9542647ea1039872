using Hybrid.Federation.Joins;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Timeline;

namespace Hybrid.FederationApi.Membership;

/// <summary><c>PUT /_matrix/federation/v1/send_knock/{roomId}/{eventId}</c>: the answer shows the room as to one who is invited.</summary>
sealed class SendKnockEndpoint(MembershipServing serving) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", "/_matrix/federation/v1/send_knock/{roomId}/{eventId}", Access.Server)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!(await SentMembership.TakeAsync(serving, request, "knock", cancellationToken)).TryGet(out var knock, out var error))
            return error;

        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("knock_room_state"u8);
            foreach (var state in StrippedState.Of(knock.Room.Current, inviter: null))
                writer.WriteRawValue(state.Json.Span, skipInputValidation: true);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }
}
