using System.Text.Encodings.Web;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

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
