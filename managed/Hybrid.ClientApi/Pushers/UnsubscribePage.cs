using System.Text;
using System.Text.Encodings.Web;
using Hybrid.Http;

namespace Hybrid.ClientApi.Pushers;

/// <summary>
/// The page behind the link at the end of messages. It asks first: programs that look at mail follow links, and must not end anything.
/// </summary>
static class UnsubscribePage
{
    public static Reply Question(string address) => Html(
        $"""<p>No more messages to {HtmlEncoder.Default.Encode(address)} about what you have not read?</p><form method="post"><p><button>No more messages</button></p></form>""",
        200);

    public static Reply Done() => Html("<p>There will be no more messages. Your app can turn them on again.</p>", 200);

    public static Reply Unknown() => Html("<p>This link is not valid any more: there are no messages to end.</p>", 404);

    static Reply Html(string body, int status)
    {
        var page = Encoding.UTF8.GetBytes(
            $$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Messages</title>
            <style>body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem}</style></head>
            <body><h1>Messages</h1>
            {{body}}
            </body></html>

            """);
        return Reply.Custom((context, cancellationToken) =>
        {
            var response = context.Response;
            response.StatusCode = status;
            response.ContentType = "text/html; charset=utf-8";
            response.ContentLength = page.Length;
            response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";
            response.Headers.CacheControl = "no-store";
            return response.Body.WriteAsync(page, cancellationToken).AsTask();
        });
    }
}
