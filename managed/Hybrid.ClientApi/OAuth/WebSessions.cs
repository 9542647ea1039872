using Hybrid.Accounts.Sessions;
using Hybrid.ClientApi.Account;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

/// <summary>Someone who is signed in to this server's own pages.</summary>
/// <param name="UserId">Who.</param>
/// <param name="FormToken">What every form of theirs carries: a page of someone else does not know it.</param>
/// <param name="ExpiresAt">When it ends.</param>
sealed record WebSession(UserId UserId, string FormToken, DateTimeOffset ExpiresAt);

/// <summary>Who is signed in to the pages: in memory, for an hour, and no more than so many.</summary>
sealed class WebSessions(ServerDiscovery discovery, TimeProvider time)
{
    const string Cookie = "hybrid_pages";
    const string Path = "/_hybrid/client/v1";
    const int MaxSessions = 10_000;
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    readonly Dictionary<string, WebSession> _sessions = new(StringComparer.Ordinal);
    readonly Queue<(string Id, DateTimeOffset ExpiresAt)> _byAge = new();
    readonly Lock _lock = new();

    /// <summary>The session of a request's cookie; null when there is none any more.</summary>
    public WebSession? Find(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is not { } id)
            return null;

        lock (_lock)
            return _sessions.TryGetValue(id, out var session) && session.ExpiresAt > time.GetUtcNow() ? session : null;
    }

    /// <summary>As <see cref="Find"/>, for a form: null as well when it was not sent from a page of the session.</summary>
    public WebSession? FindOfForm(HttpContext context, IFormCollection form) => Find(context) is { } session && form["form_token"] == session.FormToken ? session : null;

    public void Begin(HttpContext context, UserId userId)
    {
        var id = SecretText.Token("");
        var now = time.GetUtcNow();
        lock (_lock)
        {
            while (_byAge.TryPeek(out var oldest) && (oldest.ExpiresAt <= now || _byAge.Count >= MaxSessions))
                _sessions.Remove(_byAge.Dequeue().Id);
            _sessions.Add(id, new WebSession(userId, SecretText.Token(""), now + Lifetime));
            _byAge.Enqueue((id, now + Lifetime));
        }

        context.Response.Cookies.Append(Cookie, id, new CookieOptions
        {
            Path = Path,
            HttpOnly = true,
            Secure = discovery.ClientBaseUrl?.Scheme == Uri.UriSchemeHttps,
            SameSite = SameSiteMode.Lax,
            MaxAge = Lifetime,
        });
    }

    /// <summary>Ends the session of a request.</summary>
    public void End(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is not { } id)
            return;

        lock (_lock)
            _sessions.Remove(id);
        context.Response.Cookies.Delete(Cookie, new CookieOptions { Path = Path });
    }
}
