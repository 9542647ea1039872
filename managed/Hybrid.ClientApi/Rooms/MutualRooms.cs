using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Membership;

namespace Hybrid.ClientApi.Rooms;

/// <summary><c>GET /_matrix/client/v1/mutual_rooms</c>, and the path that it had before (MSC2666).</summary>
public sealed class MutualRooms(MembershipIndex memberships) : IEndpoint
{
    const int PageSize = 100;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", "/_matrix/client/v1/mutual_rooms", Access.User, RateClass.General),
        new("GET", "/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms", Access.User, RateClass.General),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Query("user_id") is not { } named || !UserId.TryParse(named, out var other) || other == request.Caller.UserId)
            return MatrixError.InvalidParam("'user_id' is missing, not a user ID, or your own.");

        RoomId? after = null;
        if (request.Query("from") is { } from)
        {
            if (!RoomId.TryParse(from, out var parsed))
                return MatrixError.InvalidParam("'from' is not a token of this list.");
            after = parsed;
        }

        var own = await memberships.OfAsync(request.Caller.UserId, cancellationToken);
        var theirs = await memberships.OfAsync(other, cancellationToken);
        var mutual = own.Values
            .Where(record => record.Membership == "join" && theirs.GetValueOrDefault(record.RoomId) is { Membership: "join" })
            .Select(static record => record.RoomId.Value).Order(StringComparer.Ordinal).ToList();
        var page = mutual.Where(roomId => after is null || string.CompareOrdinal(roomId, after.Value.Value) > 0).Take(PageSize + 1).ToList();
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("joined"u8);
            foreach (var roomId in page.Take(PageSize))
                writer.WriteStringValue(roomId);
            writer.WriteEndArray();
            writer.WriteNumber("count"u8, mutual.Count);
            if (page.Count > PageSize)
                writer.WriteString("next_batch"u8, page[PageSize - 1]);
            writer.WriteEndObject();
        });
    }
}
