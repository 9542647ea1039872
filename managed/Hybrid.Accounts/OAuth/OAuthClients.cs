using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.OAuth;

namespace Hybrid.Accounts.OAuth;

/// <summary>Clients that registered themselves.</summary>
public sealed class OAuthClients(IOAuthStore store, TimeProvider time)
{
    const long MaxClients = 10_000;
    const int MaxRedirectUris = 20;
    const int MaxName = 128;

    /// <summary>How long a client is kept that no one has granted anything.</summary>
    static readonly TimeSpan Unused = TimeSpan.FromDays(1);

    /// <summary>The grants that there are.</summary>
    public static IReadOnlyList<string> GrantTypes { get; } = ["authorization_code", "refresh_token", OAuthGrantTypes.DeviceCode];

    /// <summary>
    /// Registers a client; the same metadata give the same client. What it says and what is not known here is left out of the answer. The
    /// error's code is one of RFC 7591; <c>M_LIMIT_EXCEEDED</c> while too many are registered.
    /// </summary>
    public async ValueTask<Result<OAuthClientMetadata>> RegisterAsync(OAuthClientMetadata wished, CancellationToken cancellationToken)
    {
        if (!RedirectUris.IsClientUri(wished.ClientUri, out var client))
            return Invalid("invalid_client_metadata", "'client_uri' is needed, an https URL.");
        if (wished.ApplicationType is not (null or "web" or "native"))
            return Invalid("invalid_client_metadata", "'application_type' is neither web nor native.");
        if (wished.TokenEndpointAuthMethod is not (null or "none"))
            return Invalid("invalid_client_metadata", "'token_endpoint_auth_method' is none for every client here.");

        var grants = GrantTypes.Where(grant => (wished.GrantTypes ?? ["authorization_code"]).Contains(grant)).ToList();
        var redirects = wished.RedirectUris ?? [];
        var isNative = wished.ApplicationType == "native";
        if (redirects.Count > MaxRedirectUris || redirects.Any(uri => !RedirectUris.IsAllowed(uri, client, isNative)) || (redirects.Count == 0 && grants.Contains("authorization_code")))
            return Invalid("invalid_redirect_uri", "'redirect_uris' has one that this client may not use, or none.");

        var metadata = new OAuthClientMetadata
        {
            ClientName = wished.ClientName is { Length: > 0 and <= MaxName } name ? name : null,
            ClientUri = client.AbsoluteUri,
            LogoUri = Of(wished.LogoUri, client),
            TosUri = Of(wished.TosUri, client),
            PolicyUri = Of(wished.PolicyUri, client),
            RedirectUris = redirects,
            TokenEndpointAuthMethod = "none",
            ResponseTypes = ["code"],
            GrantTypes = grants,
            ApplicationType = wished.ApplicationType ?? "web",
        };
        var json = JsonSerializer.Serialize(metadata, OAuthJson.Default.OAuthClientMetadata);
        var clientId = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
        var now = time.GetUtcNow();
        return await store.TryAddClientAsync(clientId, json, now, now - Unused, MaxClients, cancellationToken)
            ? metadata with { ClientId = clientId }
            : MatrixError.LimitExceeded(Unused);
    }

    /// <summary>The client, or null.</summary>
    public async ValueTask<OAuthClientMetadata?> FindAsync(string? clientId, CancellationToken cancellationToken) =>
        clientId is not null && await store.FindClientAsync(clientId, cancellationToken) is { } json
            ? JsonSerializer.Deserialize(json, OAuthJson.Default.OAuthClientMetadata)! with { ClientId = clientId }
            : null;

    // "MUST use the client URI as a common base": one that does not is not shown.
    static string? Of(string? text, Uri client) => text is not null && RedirectUris.IsAllowed(text, client, isNative: false) ? text : null;

    static MatrixError Invalid(string code, string message) => MatrixError.Of(400, code, message);
}

/// <summary>Names of grants.</summary>
public static class OAuthGrantTypes
{
    public const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code";
}
