using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hybrid.Accounts.SingleSignOn;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Hybrid.Identity.SingleSignOn;

/// <summary>An OpenID provider: authorization code with PKCE (OpenID Connect Core, RFC 6749, RFC 7636). What it says is believed once its signature fits.</summary>
public sealed class OidcProvider : ISignOnProvider, IDisposable
{
    const string Scope = "openid profile";
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    readonly HttpClient _http = new() { Timeout = Timeout };
    readonly ConfigurationManager<OpenIdConnectConfiguration> _configuration;
    readonly string _clientId;
    readonly string? _clientSecret;
    readonly ILogger<OidcProvider> _logger;

    public OidcProvider(OidcOptions options, ILogger<OidcProvider> logger)
    {
        _logger = logger;
        var issuer = options.Issuer ?? throw new ArgumentException("An OpenID provider has an issuer.", nameof(options));
        _clientId = options.ClientId ?? throw new ArgumentException("An OpenID provider knows its clients.", nameof(options));
        _clientSecret = options.ClientSecret;
        Name = options.Name;
        Issuer = issuer.OriginalString.TrimEnd('/');
        _configuration = new ConfigurationManager<OpenIdConnectConfiguration>(
            Issuer + "/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(_http) { RequireHttps = issuer.Scheme == Uri.UriSchemeHttps });
    }

    public string Id => "oidc";

    public string Name { get; }

    public string Issuer { get; }

    public async ValueTask<Result<Uri>> BeginAsync(SignOnSecrets secrets, Uri callback, CancellationToken cancellationToken)
    {
        if (!(await ConfigureAsync(cancellationToken)).TryGet(out var configuration, out var error))
            return error;

        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(secrets.CodeVerifier)));
        var query = string.Join('&', new (string Name, string Value)[]
        {
            ("response_type", "code"), ("client_id", _clientId), ("redirect_uri", callback.AbsoluteUri), ("scope", Scope), ("state", secrets.State),
            ("nonce", secrets.Nonce), ("code_challenge", challenge), ("code_challenge_method", "S256"),
        }.Select(static parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"));
        var endpoint = configuration.AuthorizationEndpoint;
        return new Uri(endpoint + (endpoint.Contains('?', StringComparison.Ordinal) ? "&" : "?") + query);
    }

    public async ValueTask<Result<SignedOnPerson>> CompleteAsync(SignOnSecrets secrets, Uri callback, string code, CancellationToken cancellationToken)
    {
        if (!(await ConfigureAsync(cancellationToken)).TryGet(out var configuration, out var error))
            return error;
        if (!(await RedeemAsync(configuration, secrets, callback, code, cancellationToken)).TryGet(out var token, out error))
            return error;

        var parameters = new TokenValidationParameters
        {
            ValidIssuer = configuration.Issuer,
            ValidAudience = _clientId,
            IssuerSigningKeys = configuration.SigningKeys,
            ValidAlgorithms =
            [
                SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256,
                SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
            ],
        };
        var validated = await new JsonWebTokenHandler().ValidateTokenAsync(token, parameters);
        if (!validated.IsValid || validated.SecurityToken is not JsonWebToken statement)
        {
            // The keys may have been changed since they were read.
            _configuration.RequestRefresh();
            return Refused(validated.Exception?.GetType().Name ?? "the token is not valid");
        }

        if (Claim(statement, "nonce") != secrets.Nonce)
            return Refused("the nonce is another");
        return Claim(statement, "sub") is { Length: > 0 and <= 255 } subject
            ? new SignedOnPerson(new ExternalIdentity(Issuer, subject), Claim(statement, "preferred_username"), Claim(statement, "name"))
            : Refused("there is no subject");
    }

    public void Dispose() => _http.Dispose();

    async ValueTask<Result<OpenIdConnectConfiguration>> ConfigureAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _configuration.GetConfigurationAsync(cancellationToken);
        }
        catch (InvalidOperationException failure)
        {
            _logger.LogWarning("The OpenID provider {Issuer} cannot be reached: {Reason}", Issuer, failure.InnerException?.Message ?? failure.Message);
            return Unreachable();
        }
    }

    async ValueTask<Result<string>> RedeemAsync(OpenIdConnectConfiguration configuration, SignOnSecrets secrets, Uri callback, string code, CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = callback.AbsoluteUri,
            ["client_id"] = _clientId,
            ["code_verifier"] = secrets.CodeVerifier,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, configuration.TokenEndpoint);
        if (_clientSecret is { } secret)
        {
            // RFC 6749, 2.3.1: every server takes the header, unless it says what else it wants.
            var methods = configuration.TokenEndpointAuthMethodsSupported;
            if (methods.Count > 0 && !methods.Contains("client_secret_basic"))
                form["client_secret"] = secret;
            else
                request.Headers.Authorization = new AuthenticationHeaderValue(
                    "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(_clientId)}:{Uri.EscapeDataString(secret)}")));
        }

        request.Content = new FormUrlEncodedContent(form);
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var answer = JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken)) as JsonObject;
            return response.IsSuccessStatusCode && answer?["id_token"] is JsonValue value && value.TryGetValue<string>(out var token)
                ? token
                : Refused($"the token endpoint answers {(int)response.StatusCode}");
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException || (failure is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            _logger.LogWarning("The OpenID provider {Issuer} cannot be reached: {Reason}", Issuer, failure.Message);
            return Unreachable();
        }
    }

    static MatrixError Unreachable() => MatrixError.Of(502, "M_UNKNOWN", "The identity provider cannot be reached.");

    MatrixError Refused(string why)
    {
        _logger.LogWarning("A sign-on with {Issuer} proves nothing: {Reason}", Issuer, why);
        return MatrixError.Forbidden("The identity provider does not say who you are.");
    }

    static string? Claim(JsonWebToken token, string name) => token.TryGetPayloadValue<string>(name, out var value) ? value : null;
}
