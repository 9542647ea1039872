using System.Text.Encodings.Web;
using Hybrid.Accounts.OAuth;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

/// <summary><c>GET</c> and <c>POST /_hybrid/client/v1/oauth2/link</c>: people allow a device that shows them a code (RFC 8628).</summary>
sealed class LinkDeviceEndpoint(OAuthClients clients, DeviceCodes codes, WebSessions sessions, WebSignIn signIn) : IEndpoint
{
    const string Title = "Link a device";

    // A code can be guessed at here, so attempts come out of the budget of logins.
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", OAuthPaths.Link, Access.Anyone, RateClass.Login),
        new("POST", OAuthPaths.Link, Access.Anyone, RateClass.Login) { MaxBodyBytes = null },
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var context = request.Http;
        if (HttpMethods.IsPost(context.Request.Method))
            return await signIn.TakeFormAsync(context, Title, (session, form) => new(Decide(session, form)), cancellationToken);
        if (sessions.Find(context) is not { } session)
            return signIn.Page(context);

        var code = request.Query("user_code");
        return code is not null && codes.Find(code) is { } device
            ? await AskAsync(session, device, cancellationToken)
            : Enter(code is null ? null : "No device waits under this code any more.");
    }

    Reply Decide(WebSession session, IFormCollection form)
    {
        var isAllowed = form["action"] == "allow";
        if (!codes.Decide(form["user_code"].ToString(), isAllowed ? session.UserId : null))
            return Enter("No device waits under this code any more.");

        return Pages.Say(Title, isAllowed ? "The device is in your account now. You can close this page." : "The device was not let in.");
    }

    async ValueTask<Reply> AskAsync(WebSession session, WaitingDevice device, CancellationToken cancellationToken)
    {
        var client = await clients.FindAsync(device.ClientId, cancellationToken);
        return PlainPage.Show(
            Title,
            $"""
            <p><strong>{Encode(client?.ClientName ?? client?.ClientUri ?? "An app")}</strong> on another device wants into your account
            <strong>{Encode(session.UserId.Value)}</strong>. It will read and write everything for you. Let it in only if you have it before you, and it shows
            <strong>{Encode(device.UserCode.Insert(4, "-"))}</strong>.</p>
            <form method="post">
            <input type="hidden" name="form_token" value="{Encode(session.FormToken)}">
            <input type="hidden" name="user_code" value="{Encode(device.UserCode)}">
            <p><button name="action" value="allow">Let it in</button> <button name="action" value="deny">Do not</button></p>
            </form>
            """);
    }

    static Reply Enter(string? problem) => PlainPage.Show(
        Title,
        (problem is null ? "" : $"<p role=\"alert\">{Encode(problem)}</p>")
        + """<form method="get"><p><label>The code that the device shows <input name="user_code" required autofocus autocomplete="off"></label></p><p><button>Continue</button></p></form>""",
        problem is null ? 200 : 404);

    static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
