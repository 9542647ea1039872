using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms.Directory;

namespace Hybrid.FederationApi.Directory;

/// <summary><c>GET</c> and <c>POST /_matrix/federation/v1/publicRooms</c>: the published rooms of this server, if it shows them to others.</summary>
sealed class PublicRoomsEndpoint(PublicRooms directory, FederationApiOptions options) : IEndpoint
{
    const string Path = "/_matrix/federation/v1/publicRooms";
    const int DefaultLimit = 100;
    const int MaxLimit = 500;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", Path, Access.Server, RateClass.Federation), new("POST", Path, Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!options.ListPublicRooms)
            return MatrixError.Forbidden("This server shows its directory to its own users only.");

        var body = request.Http.Request.Method == "POST"
            ? await request.ReadJsonAsync(DirectoryJson.Default.PublicRoomsBody, cancellationToken)
            : ReadQuery(request);
        if (body.Limit < 0)
            return MatrixError.InvalidParam("'limit' must not be negative.");
        if (body is { IncludeAllNetworks: true, ThirdPartyInstanceId: not null })
            return MatrixError.InvalidParam("'third_party_instance_id' cannot be used together with 'include_all_networks'.");

        // No limit is what this server gives at once.
        var limit = body.Limit switch { null => DefaultLimit, 0 => MaxLimit, { } wanted => Math.Min(wanted, MaxLimit) };
        var query = new PublicRoomsQuery(limit, body.Since, body.Filter?.GenericSearchTerm, body.Filter?.RoomTypes)
        {
            Network = body.ThirdPartyInstanceId,
            AllNetworks = body.IncludeAllNetworks ?? false,
        };
        var listed = await directory.ListAsync(query, cancellationToken);
        return listed.TryGet(out var page, out var error) ? Reply.Json(SummaryShape.Of(page), DirectoryJson.Default.PublicRoomsAnswer) : error;
    }

    static PublicRoomsBody ReadQuery(ApiRequest request) => new()
    {
        Limit = (int)Math.Clamp(request.QueryInteger("limit") ?? 0, -1, MaxLimit),
        Since = request.Query("since"),
        IncludeAllNetworks = request.QueryBoolean("include_all_networks"),
        ThirdPartyInstanceId = request.Query("third_party_instance_id"),
    };
}
