using System.Text.Encodings.Web;
using Hybrid.ClientApi.Auth;
using Hybrid.ClientApi.SingleSignOn;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Auth;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

/// <summary>
/// Lets people into this server's own pages: with their password, with an identity provider, or with an account that they make. The form
/// goes to the page that asked.
/// </summary>
sealed class WebSignIn(WebSessions sessions, WebRegistration registration, LoginIdentifiers identifiers, PasswordAttempts passwords, SignOnStarts signOn)
{
    /// <summary>The <c>prompt</c> of clients whose user wants an account (OpenID Connect, "Initiating User Registration").</summary>
    internal const string Create = "create";

    const string Prompt = "prompt";
    const string Action = "signin";

    /// <summary>Whether the request is of someone who wants an account, and can have one.</summary>
    public bool WantsAccount(HttpContext context) =>
        registration.IsOffered && context.Request.Query[Prompt].ToString().Split(' ').Contains(Create);

    /// <summary>The form to sign in with, or to make an account with, and a word about what went wrong before.</summary>
    public Reply Page(HttpContext context, string? problem = null) =>
        WantsAccount(context) ? registration.Page(Here(context, create: false)) : Form(context, problem);

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
        // Nobody else's page signs people in here: they would not notice whose account they are in.
        if (context.Request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none")
            || await OAuthReplies.ReadFormAsync(context.Request, cancellationToken) is not { } form)
            return Pages.Say(title, "This takes the form of the page.", 400);

        switch (form["action"].ToString())
        {
            case Action:
                return await SignInAsync(context, form, cancellationToken);
            case WebRegistration.Action:
                return (await registration.CreateAsync(context, form, cancellationToken)).TryGet(out var created, out var refused)
                    ? Enter(created)
                    : registration.Page(Here(context, create: false), form["user"].ToString(), refused);
            default:
                return sessions.FindOfForm(context, form) is { } session
                    ? await take(session, form)
                    : Page(context, "You were away for long. Sign in again.");
        }
    }

    Reply Form(HttpContext context, string? problem)
    {
        var warning = problem is null ? "" : $"<p role=\"alert\">{Encode(problem)}</p>";
        var provider = signOn.Providers.Count == 0
            ? ""
            : $"<p><a href=\"{Encode(SignOnPaths.Enter(Here(context, create: false)))}\">{Encode(signOn.Providers[0].Name)}</a></p>";
        var create = registration.IsOffered ? $"<p><a href=\"{Encode(Here(context, create: true))}\">Create an account</a></p>" : "";
        return PlainPage.Show(
            "Sign in",
            $"""
            {warning}<form method="post">
            <input type="hidden" name="action" value="{Action}">
            <p><label>User name or e-mail address <input name="user" required autofocus autocomplete="username"></label></p>
            <p><label>Password <input name="password" type="password" required autocomplete="current-password"></label></p>
            <p><button>Sign in</button></p>
            </form>{provider}{create}
            """,
            problem is null ? 200 : 403);
    }

    async ValueTask<Reply> SignInAsync(HttpContext context, IFormCollection form, CancellationToken cancellationToken)
    {
        var name = form["user"].ToString();
        var identifier = name.Contains('@', StringComparison.Ordinal) && !name.StartsWith('@')
            ? new UserIdentifier(LoginIdentifiers.ThirdParty, null) { Medium = "email", Address = name }
            : new UserIdentifier(LoginIdentifiers.User, name);
        var userId = await identifiers.ResolveAsync(identifier, cancellationToken);
        return (await passwords.VerifyAsync(userId, form["password"].ToString(), cancellationToken)).Error is { } error
            ? Form(context, error.Message)
            : Enter(userId!.Value);
    }

    // Back to the page, which does not ask for another account then.
    Reply Enter(UserId userId) => Reply.Custom((response, _) =>
    {
        sessions.Begin(response, userId);
        Pages.Redirect(response, Here(response, create: false));
        return Task.CompletedTask;
    });

    static string Here(HttpContext context, bool create)
    {
        if (!create && !context.Request.Query.ContainsKey(Prompt))
            return context.Request.Path + context.Request.QueryString;

        var query = context.Request.Query.Where(static entry => entry.Key != Prompt)
            .SelectMany(static entry => entry.Value, static (entry, value) => KeyValuePair.Create(entry.Key, value));
        return context.Request.Path + QueryString.Create(create ? query.Append(KeyValuePair.Create(Prompt, (string?)Create)) : query);
    }

    static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
