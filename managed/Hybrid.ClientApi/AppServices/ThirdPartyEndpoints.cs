using System.Text;
using System.Text.Json.Nodes;
using Hybrid.AppServices.Requests;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.AppServices;

/// <summary><c>GET /_matrix/client/v3/thirdparty/protocols</c></summary>
sealed class GetProtocols(ThirdPartyNetworks networks) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/thirdparty/protocols", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        ThirdPartyReply.Of(await networks.ProtocolsAsync(cancellationToken));
}

/// <summary><c>GET /_matrix/client/v3/thirdparty/protocol/{protocol}</c></summary>
sealed class GetProtocol(ThirdPartyNetworks networks) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v3/thirdparty/protocol/{protocol}", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        (await networks.ProtocolAsync(request.Path("protocol"), cancellationToken)).TryGet(out var protocol, out var error) ? ThirdPartyReply.Of(protocol) : error;
}

/// <summary><c>GET /_matrix/client/v3/thirdparty/location/{protocol}</c> and <c>…/user/{protocol}</c>: the other parameters are the service's to understand.</summary>
sealed class SearchNetwork(ThirdPartyNetworks networks) : IEndpoint
{
    const string Locations = "/_matrix/client/v3/thirdparty/location";

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", Locations + "/{protocol}", Access.User, RateClass.General),
        new("GET", "/_matrix/client/v3/thirdparty/user/{protocol}", Access.User, RateClass.General),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var kind = request.Http.Request.Path.StartsWithSegments(Locations, StringComparison.Ordinal) ? "location" : "user";
        var fields = request.Http.Request.Query.Where(static field => field.Key != "access_token")
            .SelectMany(static field => field.Value.Select(value => $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(value ?? "")}"));
        var query = string.Join('&', fields);
        var found = await networks.SearchAsync(kind, request.Path("protocol"), query.Length > 0 ? "?" + query : "", cancellationToken);
        return found.TryGet(out var entries, out var error) ? ThirdPartyReply.Of(entries) : error;
    }
}

/// <summary><c>GET /_matrix/client/v3/thirdparty/location</c> by alias, and <c>…/user</c> by user ID.</summary>
sealed class FindInNetworks(ThirdPartyNetworks networks) : IEndpoint
{
    const string Locations = "/_matrix/client/v3/thirdparty/location";

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", Locations, Access.User, RateClass.General),
        new("GET", "/_matrix/client/v3/thirdparty/user", Access.User, RateClass.General),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        Result<JsonArray> found;
        if (request.Http.Request.Path == Locations)
        {
            if (!RoomAlias.TryParse(request.RequiredQuery("alias"), out var alias))
                return MatrixError.InvalidParam("'alias' is not a valid RoomAlias.");
            found = await networks.LocationsAsync(alias, cancellationToken);
        }
        else
        {
            if (!UserId.TryParse(request.RequiredQuery("userid"), out var userId))
                return MatrixError.InvalidParam("'userid' is not a valid UserId.");
            found = await networks.UsersAsync(userId, cancellationToken);
        }

        return found.TryGet(out var entries, out var error) ? ThirdPartyReply.Of(entries) : error;
    }
}

static class ThirdPartyReply
{
    public static Reply Of(JsonNode answer) => Reply.Raw(Encoding.UTF8.GetBytes(answer.ToJsonString()));
}
