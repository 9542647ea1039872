using System.Net;
using System.Net.Http.Headers;
using Hybrid.Primitives.Net;

namespace Hybrid.Media.Previews;

/// <summary>What a URL led to.</summary>
/// <param name="Url">Where it came from in the end, after redirects.</param>
/// <param name="ContentType">The type that was claimed for it, or null.</param>
/// <param name="Charset">The charset that was claimed for it, or null.</param>
/// <param name="Bytes">Its beginning, as much as was asked for.</param>
/// <param name="IsWhole">Whether that is all of it.</param>
sealed record FetchedPage(Uri Url, string? ContentType, string? Charset, byte[] Bytes, bool IsWhole);

/// <summary>
/// Gets pages that strangers name: over HTTP and HTTPS alone, at public addresses alone (each connection is checked, so redirects and
/// answers of name servers are too), a bounded number of redirects, a bounded number of bytes, within a bounded time.
/// </summary>
sealed class PageFetcher : IDisposable
{
    const string Agent = "Hybrid (Matrix homeserver; preview of a link)";

    readonly PreviewOptions _options;
    readonly HttpClient _http;

    public PageFetcher(PreviewOptions options)
    {
        _options = options;
        _http = OutboundHttp.Create(options.AllowPrivateAddresses, options.Timeout);
        _http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", Agent);
    }

    /// <summary>Whether a URL may be asked for.</summary>
    public static bool IsAllowed(Uri url) => url.IsAbsoluteUri && url.Scheme is "http" or "https" && url.UserInfo == "" && url.Host != "";

    /// <summary>Gets a page; null when that does not work, for whatever reason.</summary>
    /// <param name="url">The page.</param>
    /// <param name="language">The languages that are understood, as a header; null for any.</param>
    /// <param name="most">How many bytes of it are wanted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async ValueTask<FetchedPage?> FetchAsync(Uri url, string? language, int most, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.Timeout);
        try
        {
            for (var redirects = 0; IsAllowed(url); redirects++)
            {
                using var response = await SendAsync(url, language, limit.Token);
                if (IsRedirect(response.StatusCode) && response.Headers.Location is { } location)
                {
                    if (redirects == _options.MaxRedirects)
                        return null;
                    url = new Uri(url, location);
                    continue;
                }

                return response.IsSuccessStatusCode ? await ReadAsync(url, response, most, limit.Token) : null;
            }

            return null;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or UriFormatException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    static bool IsRedirect(HttpStatusCode status) => status
        is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    static async Task<FetchedPage> ReadAsync(Uri url, HttpResponseMessage response, int most, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        var isWhole = false;
        while (bytes.Length < most)
        {
            var read = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, most - bytes.Length)), cancellationToken);
            if (read == 0)
            {
                isWhole = true;
                break;
            }

            bytes.Write(buffer, 0, read);
        }

        // A page of exactly the bound is whole as well; to know it takes one more byte.
        isWhole = isWhole || await body.ReadAsync(buffer.AsMemory(0, 1), cancellationToken) == 0;
        var type = response.Content.Headers.ContentType;
        return new FetchedPage(url, type?.MediaType, type?.CharSet?.Trim('"'), bytes.ToArray(), isWhole);
    }

    Task<HttpResponseMessage> SendAsync(Uri url, string? language, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*", 0.5));
        if (language is not null)
            request.Headers.TryAddWithoutValidation("Accept-Language", language);
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }
}
