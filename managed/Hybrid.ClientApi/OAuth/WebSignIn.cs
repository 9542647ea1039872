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

    /// <summary>The answer to the form of <see cref="Page"/>; null when the form is another.</summary>
    public async ValueTask<Reply?> AnswerAsync(HttpContext context, IFormCollection form, CancellationToken cancellationToken)
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

/// <summary>What the pages have in common.</summary>
static class Pages
{
    /// <summary>Sends a browser on after a form, so that going back does not send it again.</summary>
    internal static void Redirect(HttpContext context, string target)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = target;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
    }

    /// <summary>As <see cref="Redirect"/>, as a reply.</summary>
    internal static Reply GoTo(string target) => Reply.Custom((context, _) =>
    {
        Redirect(context, target);
        return Task.CompletedTask;
    });

    /// <summary>A page that only says something.</summary>
    internal static Reply Say(string title, string text, int status = 200) =>
        PlainPage.Show(title, $"<p role=\"alert\">{HtmlEncoder.Default.Encode(text)}</p>", status);
}
