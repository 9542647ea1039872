using System.Net;
using System.Net.Http.Headers;
using Xunit;

namespace Hybrid.Media.Tests;

public sealed class DownloadTests : IAsyncLifetime
{
    MediaServer _server = null!;

    public async Task InitializeAsync() => _server = await MediaServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("image/png", "inline")]
    [InlineData("text/plain; charset=utf-8", "inline")]
    [InlineData("Image/JPEG", "inline")]
    [InlineData("text/html", "attachment")]
    [InlineData("image/svg+xml", "attachment")]
    [InlineData("application/pdf", "attachment")]
    [InlineData(null, "attachment")]
    [InlineData("no type at all", "attachment")]
    public async Task Only_harmless_types_are_inline(string? contentType, string disposition)
    {
        var media = await _server.UploadAsync([1, 2, 3], contentType);

        using var response = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}");

        Assert.Equal(disposition, response.Content.Headers.GetValues("Content-Disposition").Single());
        var expected = contentType is null or "no type at all" ? "application/octet-stream" : contentType;
        Assert.Equal(expected, response.Content.Headers.GetValues("Content-Type").Single());
    }

    [Theory]
    [InlineData("plain.txt", "filename=\"plain.txt\"")]
    [InlineData("with space; and=more.txt", "filename=\"with space; and=more.txt\"")]
    [InlineData("über.txt", "filename*=utf-8''%C3%BCber.txt")]
    [InlineData("say \"hi\".txt", "filename*=utf-8''say%20%22hi%22.txt")]
    [InlineData("line\r\nX-Evil: 1", "filename*=utf-8''line%0D%0AX-Evil%3A%201")]
    [InlineData("猫.png", "filename*=utf-8''%E7%8C%AB.png")]
    [InlineData("a/b.txt", "filename=\"a/b.txt\"")]
    public async Task File_names_survive_the_header(string name, string expected)
    {
        var media = await _server.UploadAsync([1], "image/png", "?filename=" + Uri.EscapeDataString(name));
        using var uploaded = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}");
        Assert.Equal("inline; " + expected, uploaded.Content.Headers.GetValues("Content-Disposition").Single());

        var other = await _server.UploadAsync([1], "image/png", "?filename=other");
        using var overridden = await _server.GetAsync($"/_matrix/client/v1/media/download/{other}/{Uri.EscapeDataString(name)}");
        Assert.Equal("inline; " + expected, overridden.Content.Headers.GetValues("Content-Disposition").Single());
    }

    [Fact]
    public async Task Content_comes_with_headers_that_disarm_it()
    {
        var media = await _server.UploadAsync("<script>"u8.ToArray(), "text/html");

        using var response = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}");

        Assert.StartsWith("sandbox; default-src 'none';", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("cross-origin", response.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.True(response.Headers.CacheControl!.Private);
        Assert.Equal(TimeSpan.FromDays(365), response.Headers.CacheControl.MaxAge);
        Assert.Contains(response.Headers.CacheControl.Extensions, extension => extension.Name == "immutable");
    }

    [Fact]
    public async Task A_range_is_served_alone()
    {
        var media = await _server.UploadAsync("0123456789"u8.ToArray(), "text/plain");
        var path = $"/_matrix/client/v1/media/download/{media}";

        using var part = await _server.GetAsync(path, range: new RangeHeaderValue(2, 4));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal("234", await part.Content.ReadAsStringAsync());
        Assert.Equal("bytes 2-4/10", part.Content.Headers.ContentRange!.ToString());

        using var tail = await _server.GetAsync(path, range: new RangeHeaderValue(null, 3));
        Assert.Equal("789", await tail.Content.ReadAsStringAsync());

        using var outside = await _server.GetAsync(path, range: new RangeHeaderValue(20, 30));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, outside.StatusCode);
    }

    [Fact]
    public async Task A_client_that_has_the_content_is_told_that_it_did_not_change()
    {
        var media = await _server.UploadAsync([1, 2, 3]);
        var path = $"/_matrix/client/v1/media/download/{media}";
        using var first = await _server.GetAsync(path);

        using var request = new HttpRequestMessage(HttpMethod.Get, path + "?access_token=alice");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await _server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task Downloads_need_a_token_and_admit_guests()
    {
        var media = await _server.UploadAsync([1]);

        using var anonymous = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}", null);
        await MediaServer.AssertErrorAsync(401, "M_MISSING_TOKEN", anonymous);
        using var guest = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}", "guest");
        Assert.Equal(HttpStatusCode.OK, guest.StatusCode);
    }

    [Theory]
    [InlineData("download/{0}")]
    [InlineData("download/{0}/name.txt")]
    [InlineData("thumbnail/{0}?width=32&height=32")]
    public async Task The_deprecated_endpoints_are_frozen(string template)
    {
        var image = TestImages.Encode(20, 20);
        var media = await _server.UploadAsync(image, "image/png");
        var path = "/_matrix/media/v3/" + string.Format(System.Globalization.CultureInfo.InvariantCulture, template, media);

        // A token makes no difference there.
        using var frozen = await _server.GetAsync(path);
        await MediaServer.AssertErrorAsync(404, "M_NOT_FOUND", frozen);

        await using var open = await MediaServer.StartAsync(options => options with { AllowUnauthenticatedDownloads = true });
        media = await open.UploadAsync(image, "image/png");
        path = "/_matrix/media/v3/" + string.Format(System.Globalization.CultureInfo.InvariantCulture, template, media);
        using var served = await open.GetAsync(path, null);
        Assert.Equal(image, await served.Content.ReadAsByteArrayAsync());
        Assert.True(served.Headers.CacheControl!.Public);
    }

    [Fact]
    public async Task A_frozen_endpoint_does_not_wait_for_uploads()
    {
        var media = await _server.CreateAsync();

        using var response = await _server.GetAsync($"/_matrix/media/v3/download/{media}", null);

        await MediaServer.AssertErrorAsync(404, "M_NOT_FOUND", response);
    }

    [Fact]
    public async Task Media_of_other_servers_is_not_found()
    {
        var media = await _server.UploadAsync([1]);
        var id = media[(media.IndexOf('/', StringComparison.Ordinal) + 1)..];

        using var response = await _server.GetAsync($"/_matrix/client/v1/media/download/elsewhere.test/{id}");

        await MediaServer.AssertErrorAsync(404, "M_NOT_FOUND", response);
    }
}
