using System.Text.Encodings.Web;
using Hybrid.Accounts.OAuth;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

/// <summary>
/// <c>GET</c> and <c>POST /_hybrid/client/v1/oauth2/authorize</c>: people sign in and allow a client into their account (RFC 6749, 4.1). Every
/// request carries all that was asked for in its query, and it is checked anew each time.
/// </summary>
sealed class AuthorizeEndpoint(OAuthClients clients, AuthorizationCodes codes, WebSessions sessions, WebSignIn signIn) : IEndpoint
{
    const string Title = "Let an app in";

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", OAuthPaths.Authorize, Access.Anyone, RateClass.General),
        new("POST", OAuthPaths.Authorize, Access.Anyone, RateClass.Login) { MaxBodyBytes = null },
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        // Until it is known whose the redirect URI is, nobody is sent there.
        if (await clients.FindAsync(request.Query("client_id"), cancellationToken) is not { } client)
            return Pages.Say(Title, "This app is not known here. Start again in it.", 400);
        if (request.Query("redirect_uri") is not { } redirect || client.RedirectUris?.Any(registered => RedirectUris.Matches(registered, redirect)) != true)
            return Pages.Say(Title, "The app wants to be answered at a place that is not its own.", 400);

        var target = new Target(redirect, request.Query("response_mode") == "fragment", request.Query("state"));
        if (request.Query("response_type") != "code")
            return target.Refuse("unsupported_response_type");
        if (request.Query("response_mode") is not (null or "query" or "fragment"))
            return target.Refuse("invalid_request");
        if (request.Query("code_challenge_method") != "S256" || !AuthorizationCodes.IsChallenge(request.Query("code_challenge")))
            return target.Refuse("invalid_request");
        if (OAuthScope.Parse(request.Query("scope")) is not { } scope)
            return target.Refuse("invalid_scope");

        var asked = new Asked(client, scope, redirect, request.Query("code_challenge")!, target);
        return HttpMethods.IsPost(request.Http.Request.Method)
            ? await signIn.TakeFormAsync(request.Http, Title, (session, form) => new(Decide(request.Http, session, form, asked)), cancellationToken)
            : sessions.Find(request.Http) is { } session && !signIn.WantsAccount(request.Http) ? Consent(session, asked) : signIn.Page(request.Http);
    }

    Reply Decide(HttpContext context, WebSession session, IFormCollection form, Asked asked)
    {
        switch (form["action"].ToString())
        {
            case "allow":
                var code = codes.Create(new AllowedClient(asked.Client.ClientId!, session.UserId, asked.Scope), asked.RedirectUri, asked.Challenge);
                return asked.Target.Answer(("code", code));
            case "another":
                sessions.End(context);
                return signIn.Page(context);
            default:
                return asked.Target.Refuse("access_denied");
        }
    }

    static Reply Consent(WebSession session, Asked asked)
    {
        var name = Encode(asked.Client.ClientName ?? asked.Client.ClientUri!);
        return PlainPage.Show(
            Title,
            $"""
            <p><strong>{name}</strong> (<a href="{Encode(asked.Client.ClientUri!)}" rel="noopener noreferrer">{Encode(new Uri(asked.Client.ClientUri!).Host)}</a>)
            wants into your account <strong>{Encode(session.UserId.Value)}</strong>. It will read and write everything for you, as the device {Encode(asked.Scope.DeviceId.Value)}.</p>
            <form method="post">
            <input type="hidden" name="form_token" value="{Encode(session.FormToken)}">
            <p><button name="action" value="allow">Let it in</button> <button name="action" value="deny">Do not</button>
            <button name="action" value="another">Use another account</button></p>
            </form>
            """,
            formTargets: " " + asked.Target.Origin);
    }

    static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    sealed record Asked(OAuthClientMetadata Client, OAuthScope Scope, string RedirectUri, string Challenge, Target Target);

    /// <summary>Where the answer goes, and how.</summary>
    sealed record Target(string RedirectUri, bool InFragment, string? State)
    {
        // For the policy of the page: a browser follows a form's redirect only to what is named there.
        public string Origin => new Uri(RedirectUri) is { Scheme: "https" or "http" } uri ? uri.GetLeftPart(UriPartial.Authority) : new Uri(RedirectUri).Scheme + ":";

        public Reply Refuse(string error) => Answer(("error", error));

        public Reply Answer(params (string Name, string Value)[] parameters)
        {
            var all = State is null ? parameters : [.. parameters, ("state", State)];
            var text = string.Join('&', all.Select(static parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"));
            return Pages.GoTo(RedirectUri + (InFragment ? "#" : RedirectUri.Contains('?', StringComparison.Ordinal) ? "&" : "?") + text);
        }
    }
}
