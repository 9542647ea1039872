using System.Text.Encodings.Web;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.SingleSignOn;
using Hybrid.ClientApi.Auth;
using Hybrid.ClientApi.OAuth;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.SingleSignOn;

/// <summary>
/// <c>GET /_hybrid/client/v1/sso/callback</c>: someone comes back from a provider. A login ends on a page that says which client is about to
/// get the account, and leads there once that is wanted.
/// </summary>
sealed class SignOnCallbackEndpoint(SignOnStarts starts, SignOnAttempts attempts, SignOnAccounts accounts, LoginTokens tokens, InteractiveAuth auth, WebSessions pages) : IEndpoint
{
    const string Title = "Sign on";

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", SignOnPaths.Callback, Access.Anyone, RateClass.Login)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var browser = request.Http.Request.Cookies[SignOnStarts.Cookie];
        if (request.Query("state") is not { } state || browser is null || attempts.Take(state, browser) is not { } attempt)
            return Failed("This sign-on was not begun here, or too long ago. Start again in your app.", 400);
        if (request.Query("code") is not { } code)
            return Failed("The identity provider did not let you in. Start again in your app.", 403);

        var completed = await attempt.Provider.CompleteAsync(attempt.Secrets, starts.Callback, code, cancellationToken);
        if (!completed.TryGet(out var person, out var error))
            return Failed(error.Message, error.Status);

        return attempt switch
        {
            { Session: { } session } => await auth.TryCompleteSignOnAsync(session, person.Identity, cancellationToken)
                ? FallbackPage.Completed()
                : Failed("You have signed on as someone else than the app asked for. Nothing was changed.", 403),
            { Page: { } page } => await SignInAsync(person, page, cancellationToken),
            { Client: { } client } => await EnterAsync(person, client, cancellationToken),
            _ => throw new InvalidOperationException("An attempt is for a client, a session or a page."),
        };
    }

    async ValueTask<Reply> SignInAsync(SignedOnPerson person, string page, CancellationToken cancellationToken)
    {
        if (!(await accounts.EnterAsync(person, cancellationToken)).TryGet(out var userId, out var refused))
            return Failed(refused.Message, refused.Status);

        return Reply.Custom((context, _) =>
        {
            pages.Begin(context, userId);
            Pages.Redirect(context, page);
            return Task.CompletedTask;
        });
    }

    async ValueTask<Reply> EnterAsync(SignedOnPerson person, Uri client, CancellationToken cancellationToken)
    {
        if (!(await accounts.EnterAsync(person, cancellationToken)).TryGet(out var userId, out var refused))
            return Failed(refused.Message, refused.Status);
        if (!tokens.Create(userId).TryGet(out var token, out var limited))
            return Failed(limited.Message, limited.Status);

        // The token goes into a link that a person follows, not into a redirect: a page that was not asked for must not get it.
        var where = client.Scheme == Uri.UriSchemeHttps || client.Scheme == Uri.UriSchemeHttp ? client.Authority : client.Scheme;
        return PlainPage.Show(
            Title,
            $"""
            <p>You are <strong>{Encode(userId.Value)}</strong>. Do you want to let <strong>{Encode(where)}</strong> into this account? It will read and write everything for you.</p>
            <p><a href="{Encode(WithToken(client, token))}">Yes, go on to {Encode(where)}</a></p>
            <p>If you did not come from there, close this page.</p>
            """);
    }

    // "If it already includes one or more loginToken parameters, they should be removed before adding the new one."
    static string WithToken(Uri client, string token)
    {
        var text = client.OriginalString;
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        var (before, fragment) = hash < 0 ? (text, "") : (text[..hash], text[hash..]);
        var mark = before.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = mark < 0 ? (before, "") : (before[..mark], before[(mark + 1)..]);
        var kept = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Where(static part => part != "loginToken" && !part.StartsWith("loginToken=", StringComparison.Ordinal));
        return $"{path}?{string.Join('&', kept.Append("loginToken=" + Uri.EscapeDataString(token)))}{fragment}";
    }

    static Reply Failed(string why, int status) => PlainPage.Show(Title, $"<p role=\"alert\">{Encode(why)}</p>", status);

    static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
