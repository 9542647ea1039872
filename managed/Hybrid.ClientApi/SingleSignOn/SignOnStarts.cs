using Hybrid.Accounts.Sessions;
using Hybrid.Accounts.SingleSignOn;
using Hybrid.ClientApi.Account;
using Hybrid.Http;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.SingleSignOn;

/// <summary>Sends browsers to providers.</summary>
sealed class SignOnStarts(IEnumerable<ISignOnProvider> providers, SignOnAttempts attempts, ServerDiscovery discovery)
{
    internal const string Cookie = "hybrid_sign_on";

    readonly IReadOnlyList<ISignOnProvider> _providers = [.. providers];

    public IReadOnlyList<ISignOnProvider> Providers => _providers;

    /// <summary>Where providers send browsers back to.</summary>
    public Uri Callback { get; } = new(discovery.ClientBaseUrl ?? new Uri("http://localhost"), SignOnPaths.Callback);

    /// <summary>A redirect to the provider, with a cookie by which the browser is known when it comes back.</summary>
    public async ValueTask<Result<Reply>> StartAsync(
        ApiRequest request, ISignOnProvider provider, Uri? client, string? session, CancellationToken cancellationToken, string? page = null)
    {
        // One cookie serves several attempts, as of several tabs.
        var known = request.Http.Request.Cookies[Cookie];
        var browser = known is { Length: > 20 and < 100 } ? known : SecretText.Token("");
        var attempt = attempts.Begin(provider, browser, client, session, page);
        if (!(await provider.BeginAsync(attempt.Secrets, Callback, cancellationToken)).TryGet(out var target, out var error))
            return error;

        return Reply.Custom((context, _) =>
        {
            // Lax: the provider's redirect back is a navigation from another site.
            context.Response.Cookies.Append(Cookie, browser, new CookieOptions
            {
                Path = SignOnPaths.Base,
                HttpOnly = true,
                Secure = Callback.Scheme == Uri.UriSchemeHttps,
                SameSite = SameSiteMode.Lax,
                MaxAge = TimeSpan.FromMinutes(15),
            });
            context.Response.StatusCode = StatusCodes.Status302Found;
            context.Response.Headers.Location = target.AbsoluteUri;
            context.Response.Headers.CacheControl = "no-store";
            return Task.CompletedTask;
        });
    }
}
