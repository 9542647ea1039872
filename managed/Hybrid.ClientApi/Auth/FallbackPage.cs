using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Hybrid.Http;

namespace Hybrid.ClientApi.Auth;

/// <summary>
/// The pages on which people complete a stage that their client does not know (specification, client-server API, "Fallback").
/// Passwords are not asked for here: every client knows that stage, and a session does not tell whose password it would be.
/// </summary>
static class FallbackPage
{
    internal const string Path = "/_matrix/client/v3/auth/{authType}/fallback/web";

    // What the specification has a page do when its stage is completed.
    const string Done = """if(window.onAuthDone){window.onAuthDone()}else if(window.opener&&window.opener.postMessage){window.opener.postMessage("authDone","*")}""";

    static readonly string Policy =
        $"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Done)))}'";

    internal static bool Knows(string stage) => stage is InteractiveAuth.Dummy or InteractiveAuth.RegistrationToken;

    /// <summary>The form of a stage, with a word about what went wrong before.</summary>
    internal static Reply Form(string stage, string session, string? problem = null, int status = 200)
    {
        var warning = problem is null ? "" : $"<p role=\"alert\">{HtmlEncoder.Default.Encode(problem)}</p>";
        var field = stage == InteractiveAuth.RegistrationToken
            ? """<p><label>Registration token <input name="token" required autofocus autocomplete="off"></label></p>"""
            : "";
        return Html(
            $"""
            {warning}<form method="post">
            <input type="hidden" name="session" value="{HtmlEncoder.Default.Encode(session)}">
            {field}<p><button>Continue</button></p>
            </form>
            """,
            status);
    }

    /// <summary>The page that tells the client.</summary>
    internal static Reply Completed() => Html($"<p>Done. You can go back to your app.</p><script>{Done}</script>", 200);

    static Reply Html(string body, int status)
    {
        var page = Encoding.UTF8.GetBytes(
            $$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Confirm</title>
            <style>body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem}</style></head>
            <body><h1>Confirm</h1>
            {{body}}
            </body></html>

            """);
        return Reply.Custom((context, cancellationToken) =>
        {
            var response = context.Response;
            response.StatusCode = status;
            response.ContentType = "text/html; charset=utf-8";
            response.ContentLength = page.Length;
            response.Headers.ContentSecurityPolicy = Policy;
            response.Headers.CacheControl = "no-store";
            return response.Body.WriteAsync(page, cancellationToken).AsTask();
        });
    }
}
