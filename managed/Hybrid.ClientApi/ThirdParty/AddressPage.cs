using System.Text.Encodings.Web;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.ThirdParty;

/// <summary>The pages behind the link of a message.</summary>
static class AddressPage
{
    const string Title = "Confirm your address";

    internal static Reply Ask(string address, string sid, string secret, string token, string? next) => PlainPage.Show(
        Title,
        $"""
        <p>Is <strong>{Encode(address)}</strong> yours, and did you ask for this?</p>
        <form method="post">
        <input type="hidden" name="sid" value="{Encode(sid)}">
        <input type="hidden" name="client_secret" value="{Encode(secret)}">
        <input type="hidden" name="token" value="{Encode(token)}">
        <p><button>Yes, confirm it</button></p>
        </form>
        <p>If not, close this page: nothing happens then.</p>
        """,
        formTargets: next is null ? "" : " " + new Uri(next).GetLeftPart(UriPartial.Authority));

    internal static Reply Done() => PlainPage.Show(Title, "<p>Thank you. You can go back to your app.</p>");

    internal static Reply Failed() => PlainPage.Show(
        Title, "<p role=\"alert\">This link is not valid, or no longer. Ask your app for another one.</p>", status: 400);

    /// <summary>Where the client wanted to lead on.</summary>
    internal static Reply GoOn(string next) => Reply.Custom((context, _) =>
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = next;
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        return Task.CompletedTask;
    });

    static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
