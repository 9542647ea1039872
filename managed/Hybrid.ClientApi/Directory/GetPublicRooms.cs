using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms;
using Hybrid.Rooms.Directory;

namespace Hybrid.ClientApi.Directory;

/// <summary><c>GET</c> and <c>POST /_matrix/client/v3/publicRooms</c></summary>
public sealed class GetPublicRooms(PublicRooms directory, ServerIdentity identity, IRemoteDirectory? remote = null) : IEndpoint
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
        if (!TryReadServer(request, out var server))
            return MatrixError.InvalidParam("'server' is no server name.");

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
        var listed = server is { } other ? await AskAsync(request, other, query, cancellationToken) : await directory.ListAsync(query, cancellationToken);
        return listed.TryGet(out var page, out var error) ? Reply.Json(SummaryShape.Of(page), DirectoryJson.Default.PublicRoomsAnswer) : error;
    }

    // Users only: what anyone can make this server ask others for, it is blamed for.
    async ValueTask<Result<PublicRoomsPage>> AskAsync(ApiRequest request, ServerName server, PublicRoomsQuery query, CancellationToken cancellationToken)
    {
        if (request.CallerOrNull is null)
            return MatrixError.MissingToken();

        return remote is null
            ? MatrixError.Of(400, "M_UNSUPPORTED", "This server knows its own directory only.")
            : await remote.ListAsync(server, query, cancellationToken);
    }

    bool TryReadServer(ApiRequest request, out ServerName? server)
    {
        server = null;
        if (request.Query("server") is not { Length: > 0 } text || text == identity.Name.Value)
            return true;
        if (!ServerName.TryParse(text, out var name))
            return false;

        server = name;
        return true;
    }
}
