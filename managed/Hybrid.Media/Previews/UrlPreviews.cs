using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.Media;

namespace Hybrid.Media.Previews;

/// <summary>
/// Previews of pages (specification, "URL previews"): fetched when they are first asked for, once however many ask, and kept for a while.
/// </summary>
sealed class UrlPreviews(
    PreviewOptions options, MediaOptions media, PageFetcher fetcher, PreviewImages images, IUrlPreviewStore store, TimeProvider time) : IUrlPreviews, IDisposable
{
    const int MaxFailures = 1000;

    readonly SemaphoreSlim _slots = new(options.MaxAtATime);
    readonly ConcurrentDictionary<string, Task<Result<string>>> _underway = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, long> _failures = new(StringComparer.Ordinal);

    public bool Enabled => options.Enabled;

    long NowTs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public async ValueTask<Result<string>> FindAsync(string url, string? language, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var page) || !PageFetcher.IsAllowed(page))
            return MatrixError.InvalidParam("'url' must be an http or https URL.");

        page = new UriBuilder(page) { Fragment = "" }.Uri;
        if (page.AbsoluteUri.Length > UrlPreview.MaxUrlLength)
            return MatrixError.InvalidParam($"'url' must have at most {UrlPreview.MaxUrlLength} characters.");
        if (await store.FindAsync(page.AbsoluteUri, NowTs - (long)options.Freshness.TotalMilliseconds, cancellationToken) is { } known)
            return known.Json;
        if (_failures.TryGetValue(page.AbsoluteUri, out var failed) && failed > NowTs - options.FailureFreshness.TotalMilliseconds)
            return Unreadable();
        if (_underway.Count >= options.MaxWaiting && !_underway.ContainsKey(page.AbsoluteUri))
            return MatrixError.LimitExceeded(options.Timeout);

        return await MakeOnceAsync(page, language).WaitAsync(cancellationToken);
    }

    public void Dispose() => _slots.Dispose();

    static MatrixError Unreadable() => MatrixError.Of(502, "M_UNKNOWN", "The page cannot be read.");

    // Not bound to the first asker's patience: others wait for the same page.
    async Task<Result<string>> MakeOnceAsync(Uri page, string? language)
    {
        var completion = new TaskCompletionSource<Result<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var underway = _underway.GetOrAdd(page.AbsoluteUri, completion.Task);
        if (underway != completion.Task)
            return await underway;

        try
        {
            await _slots.WaitAsync();
            try
            {
                var made = await MakeAsync(page, language, CancellationToken.None);
                if (made.Error is not null)
                    NoteFailure(page.AbsoluteUri);
                completion.SetResult(made);
                return made;
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (Exception exception)
        {
            completion.SetException(exception);
            _ = completion.Task.Exception;
            throw;
        }
        finally
        {
            _underway.TryRemove(page.AbsoluteUri, out _);
        }
    }

    void NoteFailure(string url)
    {
        // Forgetting all of them now and then is the simplest bound.
        if (_failures.Count >= MaxFailures)
            _failures.Clear();
        _failures[url] = NowTs;
    }

    async Task<Result<string>> MakeAsync(Uri page, string? language, CancellationToken cancellationToken)
    {
        if (await DescribeAsync(page, language, cancellationToken) is not { } described)
            return Unreadable();

        var (properties, image) = described;
        if (image is null && properties.TryGetValue("og:image", out var source) && TryResolve(page, source, out var target)
            && await fetcher.FetchAsync(target, language, options.MaxImageBytes, cancellationToken) is { } fetched)
        {
            image = await images.KeepAsync(fetched, cancellationToken);
        }

        var json = Write(properties, image);
        _failures.TryRemove(page.AbsoluteUri, out _);
        await store.AddAsync(new UrlPreview(page.AbsoluteUri, json, image?.Id, NowTs), cancellationToken);
        return json;
    }

    async ValueTask<(Dictionary<string, string> Properties, PreviewImage? Image)?> DescribeAsync(Uri page, string? language, CancellationToken cancellationToken)
    {
        if (Embedding.EndpointOf(page) is { } endpoint && await EmbedAsync(page, endpoint, language, cancellationToken) is { } embedded)
            return (embedded, null);

        // An image takes more than a page does: how much is wanted is known only when it comes.
        var most = Math.Max(options.MaxPageBytes, options.MaxImageBytes);
        if (await fetcher.FetchAsync(page, language, most, cancellationToken) is not { } fetched)
            return null;
        if (PreviewImages.IsImage(fetched))
            return (new Dictionary<string, string>(), await images.KeepAsync(fetched, cancellationToken));
        if (fetched.ContentType is not ("text/html" or "application/xhtml+xml" or null))
            return (new Dictionary<string, string>(), null);

        var html = PageText.Decode(fetched.Bytes.AsSpan(0, Math.Min(fetched.Bytes.Length, options.MaxPageBytes)).ToArray(), fetched.Charset);
        var graph = await Task.Run(() => OpenGraph.Parse(html), cancellationToken);
        Dictionary<string, string>? offered = null;
        if (graph.EmbedLink is { } link && TryResolve(fetched.Url, link, out var target))
            offered = await EmbedAsync(fetched.Url, target, language, cancellationToken);
        foreach (var (name, value) in offered ?? [])
            graph.Properties.TryAdd(name, value);
        if (graph.Properties.TryGetValue("og:image", out var image) && TryResolve(fetched.Url, image, out var resolved))
            graph.Properties["og:image"] = resolved.AbsoluteUri;
        return (graph.Properties, null);
    }

    async ValueTask<Dictionary<string, string>?> EmbedAsync(Uri page, Uri endpoint, string? language, CancellationToken cancellationToken) =>
        await fetcher.FetchAsync(endpoint, language, options.MaxPageBytes, cancellationToken) is { IsWhole: true } answer
            ? Embedding.Parse(page, Encoding.UTF8.GetString(answer.Bytes))
            : null;

    static bool TryResolve(Uri page, string reference, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? target) =>
        Uri.TryCreate(page, reference, out target) && PageFetcher.IsAllowed(target);

    // What the page says of its image's address is replaced by what is so here.
    string Write(Dictionary<string, string> properties, PreviewImage? image)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in properties)
            {
                if (name != "og:image" && !name.StartsWith("og:image:", StringComparison.Ordinal))
                    writer.WriteString(name, value);
            }

            if (image is not null)
            {
                writer.WriteString("og:image"u8, $"mxc://{media.ServerName}/{image.Id}");
                writer.WriteString("og:image:type"u8, image.ContentType);
                if (image is { Width: { } width, Height: { } height })
                {
                    writer.WriteNumber("og:image:width"u8, width);
                    writer.WriteNumber("og:image:height"u8, height);
                }

                if (properties.TryGetValue("og:image:alt", out var alt))
                    writer.WriteString("og:image:alt"u8, alt);
                writer.WriteNumber("matrix:image:size"u8, image.Length);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
