using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Hybrid.Http;

namespace Hybrid.ClientApi.Auth;

/// <summary>A page with a heading and a form or a few words, for people whom a client has sent here. It loads nothing and cannot be framed.</summary>
static class PlainPage
{
    /// <summary>Answers with the page.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="body">HTML; whoever makes it has encoded what is not theirs.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="script">The one script that the body has, exactly as it stands there; null: none.</param>
    /// <param name="formTargets">Where the answer to a form may lead beside this server.</param>
    internal static Reply Show(string title, string body, int status = 200, string? script = null, string formTargets = "")
    {
        var page = Encoding.UTF8.GetBytes(
            $$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{HtmlEncoder.Default.Encode(title)}}</title>
            <style>body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem}</style></head>
            <body><h1>{{HtmlEncoder.Default.Encode(title)}}</h1>
            {{body}}
            </body></html>

            """);
        var policy = $"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'{formTargets}";
        if (script is not null)
            policy += $"; script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";
        return Reply.Custom((context, cancellationToken) =>
        {
            var response = context.Response;
            response.StatusCode = status;
            response.ContentType = "text/html; charset=utf-8";
            response.ContentLength = page.Length;
            response.Headers.ContentSecurityPolicy = policy;
            response.Headers.CacheControl = "no-store";
            response.Headers["Referrer-Policy"] = "no-referrer";
            return response.Body.WriteAsync(page, cancellationToken).AsTask();
        });
    }
}
