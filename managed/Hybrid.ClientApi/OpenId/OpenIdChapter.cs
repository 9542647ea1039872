using Hybrid.Accounts;
using Hybrid.Accounts.OpenId;
using Hybrid.ClientApi.AccountData;
using Hybrid.Http;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.OpenId;

/// <summary>Proving to other services who one is (specification, "OpenID").</summary>
public static class OpenIdChapter
{
    public static IServiceCollection AddOpenIdChapter(this IServiceCollection services) => services.AddEndpoint<RequestOpenIdToken>();

    public static void MapOpenIdChapter(this IEndpointRouteBuilder routes) => routes.MapEndpoint<RequestOpenIdToken>();
}

/// <summary><c>POST /_matrix/client/v3/user/{userId}/openid/request_token</c></summary>
sealed class RequestOpenIdToken(OpenIdTokens tokens, AccountOptions options) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/user/{userId}/openid/request_token", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (OwnUser.Check(request) is { } refused)
            return refused;

        // Its body is reserved: an object of any content.
        await request.ReadObjectAsync(cancellationToken);
        var token = await tokens.CreateAsync(request.Caller.UserId, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("access_token"u8, token);
            writer.WriteString("token_type"u8, "Bearer"u8);
            writer.WriteString("matrix_server_name"u8, options.ServerName.Value);
            writer.WriteNumber("expires_in"u8, (long)OpenIdTokens.Lifetime.TotalSeconds);
            writer.WriteEndObject();
        });
    }
}
