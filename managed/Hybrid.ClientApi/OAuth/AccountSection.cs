using System.Text.Encodings.Web;
using Hybrid.Http;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

/// <summary>A part of the account page, that clients lead people to by its action (specification, client-server API, "Account management URL actions").</summary>
abstract class AccountSection
{
    /// <summary>The heading.</summary>
    public abstract string Title { get; }

    /// <summary>What is shown to whoever is signed in.</summary>
    public abstract ValueTask<Reply> ShowAsync(ApiRequest request, WebSession session, CancellationToken cancellationToken);

    /// <summary>Takes a form of the section.</summary>
    public abstract ValueTask<Reply> TakeAsync(ApiRequest request, WebSession session, IFormCollection form, CancellationToken cancellationToken);

    protected static string TokenField(WebSession session) => $"<input type=\"hidden\" name=\"form_token\" value=\"{Encode(session.FormToken)}\">";

    protected static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
