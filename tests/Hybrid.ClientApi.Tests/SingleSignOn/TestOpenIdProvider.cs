using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Hybrid.Identity.SingleSignOn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hybrid.ClientApi.Tests.SingleSignOn;

/// <summary>An OpenID provider on a loopback port that lets in whom the test names, and checks what its client sends.</summary>
public sealed class TestOpenIdProvider : IAsyncDisposable
{
    readonly WebApplication _web;
    readonly RSA _rsa = RSA.Create(2048);
    readonly ConcurrentDictionary<string, (string Nonce, string Challenge, string Redirect)> _codes = new(StringComparer.Ordinal);

    TestOpenIdProvider(WebApplication web) => _web = web;

    public string Subject { get; set; } = "subject-1";

    public string? Username { get; set; }

    public string? Name { get; set; }

    /// <summary>What differs from the truth in the next statements.</summary>
    public Action<SecurityTokenDescriptor> Tamper { get; set; } = static _ => { };

    /// <summary>Sends people back without letting them in.</summary>
    public bool Denies { get; set; }

    public string Issuer => _web.Urls.First();

    /// <summary>Hybrid's settings for it.</summary>
    public OidcOptions Options => new() { Issuer = new Uri(Issuer), ClientId = "hybrid", ClientSecret = "se:cret", Name = "Town hall" };

    public static async Task<TestOpenIdProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var provider = new TestOpenIdProvider(builder.Build());
        provider._web.MapGet("/.well-known/openid-configuration", () => Results.Text($$"""
            {"issuer":"{{provider.Issuer}}","authorization_endpoint":"{{provider.Issuer}}/authorize","token_endpoint":"{{provider.Issuer}}/token",
             "jwks_uri":"{{provider.Issuer}}/jwks","response_types_supported":["code"],"subject_types_supported":["public"],
             "id_token_signing_alg_values_supported":["RS256"]}
            """, "application/json"));
        provider._web.MapGet("/jwks", () =>
        {
            var key = provider._rsa.ExportParameters(false);
            return Results.Text($$"""{"keys":[{"kty":"RSA","use":"sig","kid":"1","n":"{{Base64Url.EncodeToString(key.Modulus)}}","e":"{{Base64Url.EncodeToString(key.Exponent)}}"}]}""", "application/json");
        });
        provider._web.MapGet("/authorize", provider.Authorize);
        provider._web.MapPost("/token", provider.TokenAsync);
        await provider._web.StartAsync();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _rsa.Dispose();
    }

    IResult Authorize(HttpRequest request)
    {
        var query = request.Query;
        if (query["response_type"] != "code" || query["client_id"] != "hybrid" || query["code_challenge_method"] != "S256" || !query["scope"].ToString().Contains("openid", StringComparison.Ordinal))
            return Results.BadRequest();

        var back = query["redirect_uri"].ToString();
        if (Denies)
            return Results.Redirect($"{back}?error=access_denied&state={query["state"]}");

        var code = Guid.NewGuid().ToString("N");
        _codes[code] = (query["nonce"].ToString(), query["code_challenge"].ToString(), back);
        return Results.Redirect($"{back}?code={code}&state={query["state"]}");
    }

    async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var basic = "Basic " + Convert.ToBase64String("hybrid:se%3Acret"u8);
        if (request.Headers.Authorization != basic || form["grant_type"] != "authorization_code" || !_codes.TryRemove(form["code"].ToString(), out var code)
            || form["redirect_uri"] != code.Redirect
            || Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != code.Challenge)
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);

        var claims = new Dictionary<string, object> { ["sub"] = Subject, ["nonce"] = code.Nonce };
        if (Username is not null)
            claims["preferred_username"] = Username;
        if (Name is not null)
            claims["name"] = Name;
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = "hybrid",
            Claims = claims,
            Expires = DateTime.UtcNow.AddMinutes(5),
            NotBefore = DateTime.UtcNow.AddMinutes(-1),
            IssuedAt = DateTime.UtcNow,
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(_rsa) { KeyId = "1" }, SecurityAlgorithms.RsaSha256),
        };
        Tamper(descriptor);
        return Results.Json(new { access_token = "a", token_type = "Bearer", id_token = new JsonWebTokenHandler().CreateToken(descriptor) });
    }
}
