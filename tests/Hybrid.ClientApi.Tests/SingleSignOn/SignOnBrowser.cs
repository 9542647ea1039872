using System.Net;
using System.Text.RegularExpressions;
using Hybrid.ClientApi.Tests.Hosting;

namespace Hybrid.ClientApi.Tests.SingleSignOn;

/// <summary>A browser with cookies that goes from Hybrid to the provider and back, one step at a time.</summary>
sealed partial class SignOnBrowser(TestServer server) : IDisposable
{
    readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = server.Http.BaseAddress };

    /// <summary>Opens a page: the status, where it leads, and its text.</summary>
    public async Task<(HttpStatusCode Status, Uri? Location, string Text)> OpenAsync(string path)
    {
        using var response = await _http.GetAsync(path);
        return (response.StatusCode, response.Headers.Location, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Follows the redirects from a page of Hybrid over the provider, to the page where they end.</summary>
    public async Task<(HttpStatusCode Status, string Text)> SignOnAsync(string path)
    {
        var provider = (await OpenAsync(path)).Location!;
        var back = (await OpenAsync(provider.AbsoluteUri)).Location!;
        var (status, _, text) = await OpenAsync(back.PathAndQuery);
        return (status, text);
    }

    /// <summary>The link of a page.</summary>
    public static string Link(string page) => WebUtility.HtmlDecode(Anchor().Match(page).Groups[1].Value);

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("<a href=\"([^\"]+)\"")]
    private static partial Regex Anchor();
}
