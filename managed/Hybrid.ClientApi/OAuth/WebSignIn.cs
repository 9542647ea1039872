using System.Text.Encodings.Web;
using Hybrid.ClientApi.Auth;
using Hybrid.ClientApi.SingleSignOn;
using Hybrid.Http;
using Hybrid.Protocol.Client.Auth;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

/// <summary>Signs people in to this server's own pages, with their password or with an identity provider. The form goes to the page that asked.</summary>
sealed class WebSignIn(WebSessions sessions, LoginIdentifiers identifiers, PasswordAttempts passwords, SignOnStarts signOn)
{
    const string Action = "signin";

    /// <summary>The form, with a word about what went wrong before.</summary>
    public Reply Page(HttpContext context, string? problem = null)
    {
        var here = context.Request.Path + context.Request.QueryString;
        var warning = problem is null ? "" : $"<p role=\"alert\">{Encode(problem)}</p>";
        var provider = signOn.Providers.Count == 0
            ? ""
            : $"<p><a href=\"{Encode(SignOnPaths.Enter(here))}\">{Encode(signOn.Providers[0].Name)}</a></p>";
        return PlainPage.Show(
            "Sign in",
            $"""
            {warning}<form method="post">
            <input type="hidden" name="action" value="{Action}">
            <p><label>User name or e-mail address <input name="user" required autofocus autocomplete="username"></label></p>
            <p><label>Password <input name="password" type="password" required autocomplete="current-password"></label></p>
            <p><button>Sign in</button></p>
            </form>{provider}
            """,
            problem is null ? 200 : 403);
    }

    /// <summary>
    /// Takes the form of one of the pages: hands it to <paramref name="take"/> when someone who is signed in sent it from there, and else
    /// answers it, or has them sign in.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="title">The heading of the page.</param>
    /// <param name="take">What the page does with its form.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask<Reply> TakeFormAsync(
        HttpContext context, string title, Func<WebSession, IFormCollection, ValueTask<Reply>> take, CancellationToken cancellationToken)
    {
        if (await OAuthReplies.ReadFormAsync(context.Request, cancellationToken) is not { } form)
            return Pages.Say(title, "This takes the form of the page.", 400);
        if (await AnswerAsync(context, form, cancellationToken) is { } signedIn)
            return signedIn;

        return sessions.FindOfForm(context, form) is { } session
            ? await take(session, form)
            : Page(context, "You were away for long. Sign in again.");
    }

    // Null when the form is not that of Page.
    async ValueTask<Reply?> AnswerAsync(HttpContext context, IFormCollection form, CancellationToken cancellationToken)
    {
        if (form["action"] != Action)
            return null;

        var name = form["user"].ToString();
        var identifier = name.Contains('@', StringComparison.Ordinal) && !name.StartsWith('@')
            ? new UserIdentifier(LoginIdentifiers.ThirdParty, null) { Medium = "email", Address = name }
            : new UserIdentifier(LoginIdentifiers.User, name);
        var userId = await identifiers.ResolveAsync(identifier, cancellationToken);
        if ((await passwords.VerifyAsync(userId, form["password"].ToString(), cancellationToken)).Error is { } error)
            return Page(context, error.Message);

        return Reply.Custom((response, _) =>
        {
            sessions.Begin(response, userId!.Value);
            Pages.Redirect(response, response.Request.Path + response.Request.QueryString);
            return Task.CompletedTask;
        });
    }

    static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
