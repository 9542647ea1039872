using System.Text.Encodings.Web;
using Hybrid.ClientApi.SingleSignOn;
using Hybrid.Http;

namespace Hybrid.ClientApi.Auth;

/// <summary>
/// The pages on which people complete a stage that their client does not know (specification, client-server API, "Fallback").
/// Passwords are not asked for here: every client knows that stage, and a session does not tell whose password it would be.
/// </summary>
static class FallbackPage
{
    internal const string Path = "/_matrix/client/v3/auth/{authType}/fallback/web";

    const string Title = "Confirm";

    // What the specification has a page do when its stage is completed.
    const string Done = """if(window.onAuthDone){window.onAuthDone()}else if(window.opener&&window.opener.postMessage){window.opener.postMessage("authDone","*")}""";

    internal static bool Knows(string stage) => stage is InteractiveAuth.Dummy or InteractiveAuth.RegistrationToken or InteractiveAuth.SignOn;

    /// <summary>The form of a stage, with a word about what went wrong before.</summary>
    internal static Reply Form(string stage, string session, string? problem = null, int status = 200)
    {
        if (stage == InteractiveAuth.SignOn)
            return SignOnForm(session);

        var warning = problem is null ? "" : $"<p role=\"alert\">{HtmlEncoder.Default.Encode(problem)}</p>";
        var field = stage == InteractiveAuth.RegistrationToken
            ? """<p><label>Registration token <input name="token" required autofocus autocomplete="off"></label></p>"""
            : "";
        return PlainPage.Show(
            Title,
            $"""
            {warning}<form method="post">
            <input type="hidden" name="session" value="{HtmlEncoder.Default.Encode(session)}">
            {field}<p><button>Continue</button></p>
            </form>
            """,
            status);
    }

    // Says what it is about before the provider, which may ask nothing: whoever has stolen an access token hopes for that.
    static Reply SignOnForm(string session) => PlainPage.Show(
        Title,
        $"""
        <p>An app wants to change something in your account: a device, a key, or all of it. To allow it, sign on again.</p>
        <p><a href="{HtmlEncoder.Default.Encode(SignOnPaths.Confirm(session))}">Sign on and allow it</a></p>
        <p>If you did not expect this, close this page: someone may have got hold of your account.</p>
        """);

    /// <summary>The page that tells the client.</summary>
    internal static Reply Completed() => PlainPage.Show(Title, $"<p>Done. You can go back to your app.</p><script>{Done}</script>", script: Done);
}
