using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms;
using Hybrid.Rooms.Directory;

namespace Hybrid.ClientApi.Directory;

/// <summary><c>GET</c> and <c>POST /_matrix/client/v3/publicRooms</c></summary>
public sealed class GetPublicRooms(PublicRooms directory, ServerIdentity identity) : IEndpoint
{
    const int DefaultLimit = 100;

    const int MaxLimit = 500;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", "/_matrix/client/v3/publicRooms", Access.OptionalUser),
        new("POST", "/_matrix/client/v3/publicRooms", Access.UserOrGuest),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Query("server") is { } server && server != identity.Name.Value)
            return MatrixError.Of(400, "M_UNSUPPORTED", "This server does not federate yet: it knows its own directory only.");

        var isPost = request.Http.Request.Method == "POST";
        var body = isPost ? await request.ReadJsonAsync(DirectoryJson.Default.PublicRoomsBody, cancellationToken) : new PublicRoomsBody();
        var limit = (isPost ? body.Limit : request.QueryInteger("limit")) ?? DefaultLimit;
        if (limit < 0)
            return MatrixError.InvalidParam("'limit' must not be negative.");

        if (body is { IncludeAllNetworks: true, ThirdPartyInstanceId: not null })
            return MatrixError.InvalidParam("'third_party_instance_id' cannot be used together with 'include_all_networks'.");

        // Clients send 0 where they leave the size to the server.
        var query = new PublicRoomsQuery(
            limit == 0 ? DefaultLimit : (int)Math.Min(limit, MaxLimit), isPost ? body.Since : request.Query("since"),
            body.Filter?.GenericSearchTerm, body.Filter?.RoomTypes)
        {
            Network = body.ThirdPartyInstanceId,
            AllNetworks = body.IncludeAllNetworks ?? false,
        };
        if (!(await directory.ListAsync(query, cancellationToken)).TryGet(out var page, out var error))
            return error;

        var answer = new PublicRoomsAnswer([.. page.Rooms.Select(SummaryShape.Of)], page.Next, page.Previous, page.Total);
        return Reply.Json(answer, DirectoryJson.Default.PublicRoomsAnswer);
    }
}
