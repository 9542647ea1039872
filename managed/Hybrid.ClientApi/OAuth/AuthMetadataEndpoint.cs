using System.Text.Json;
using Hybrid.Accounts.OAuth;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.OAuth;

/// <summary><c>GET /_matrix/client/v1/auth_metadata</c>, and its name of MSC2965.</summary>
sealed class AuthMetadataEndpoint(OAuthPaths paths, OAuthOptions options, WebRegistration registration) : IEndpoint
{
    readonly Reply? _answer = options.Enabled ? Reply.Write(writer => Write(writer, paths, registration.IsOffered)) : null;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", "/_matrix/client/v1/auth_metadata", Access.Anyone),
        new("GET", "/_matrix/client/unstable/org.matrix.msc2965/auth_metadata", Access.Anyone),
    ];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) => new(_answer is null ? MatrixError.Unrecognized() : _answer);

    static void Write(Utf8JsonWriter writer, OAuthPaths paths, bool makesAccounts)
    {
        writer.WriteStartObject();
        writer.WriteString("issuer"u8, paths.Server.AbsoluteUri);
        writer.WriteString("authorization_endpoint"u8, paths.From(OAuthPaths.Authorize));
        writer.WriteString("token_endpoint"u8, paths.From(OAuthPaths.Token));
        writer.WriteString("revocation_endpoint"u8, paths.From(OAuthPaths.Revoke));
        writer.WriteString("registration_endpoint"u8, paths.From(OAuthPaths.Register));
        writer.WriteString("device_authorization_endpoint"u8, paths.From(OAuthPaths.Device));
        writer.WriteString("account_management_uri"u8, paths.From(OAuthPaths.Account));
        WriteList(writer, "account_management_actions_supported"u8, AccountPageEndpoint.Actions);
        WriteList(writer, "response_types_supported"u8, ["code"]);
        WriteList(writer, "response_modes_supported"u8, ["query", "fragment"]);
        WriteList(writer, "grant_types_supported"u8, OAuthClients.GrantTypes);
        WriteList(writer, "code_challenge_methods_supported"u8, ["S256"]);
        WriteList(writer, "token_endpoint_auth_methods_supported"u8, ["none"]);
        if (makesAccounts)
            WriteList(writer, "prompt_values_supported"u8, [WebSignIn.Create]);
        writer.WriteEndObject();
    }

    static void WriteList(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<string> items)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
            writer.WriteStringValue(item);
        writer.WriteEndArray();
    }
}
