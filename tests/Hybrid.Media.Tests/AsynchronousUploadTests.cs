using System.Text.Json;
using Hybrid.Media.Content;
using Xunit;

namespace Hybrid.Media.Tests;

public sealed class AsynchronousUploadTests : IAsyncLifetime
{
    MediaServer _server = null!;

    public async Task InitializeAsync() => _server = await MediaServer.StartAsync(options => options with { MaxPendingUploads = 3 });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_created_ID_says_when_it_expires()
    {
        using var response = await _server.SendAsync(HttpMethod.Post, "/_matrix/media/v1/create", "alice", []);
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());

        Assert.Equal(
            _server.Time.GetUtcNow().AddHours(24).ToUnixTimeMilliseconds(), document.RootElement.GetProperty("unused_expires_at").GetInt64());
    }

    [Fact]
    public async Task A_download_waits_and_wakes_with_the_upload()
    {
        var media = await _server.CreateAsync();
        var download = _server.GetAsync($"/_matrix/client/v1/media/download/{media}", "bob");
        await _server.Time.TimerStartedAsync();

        using var put = await _server.PutAsync(media, "late"u8.ToArray(), query: "?filename=late.txt");
        Assert.Equal("{}", await put.Content.ReadAsStringAsync());

        using var response = await download;
        Assert.Equal("late", await response.Content.ReadAsStringAsync());
        Assert.Equal(0, _server.Service<ContentRepository>().AwaitedUploads);
    }

    [Fact]
    public async Task A_download_that_waits_too_long_is_told_so()
    {
        var media = await _server.CreateAsync();
        var download = _server.GetAsync($"/_matrix/client/v1/media/download/{media}?timeout_ms=5000");
        await _server.Time.TimerStartedAsync();
        _server.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(download.IsCompleted);
        _server.Time.Advance(TimeSpan.FromSeconds(1));

        using var response = await download;
        await MediaServer.AssertErrorAsync(504, "M_NOT_YET_UPLOADED", response);
        Assert.Equal(0, _server.Service<ContentRepository>().AwaitedUploads);
    }

    [Fact]
    public async Task A_download_with_no_time_to_wait_answers_at_once()
    {
        var media = await _server.CreateAsync();

        using var download = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}?timeout_ms=0");
        await MediaServer.AssertErrorAsync(504, "M_NOT_YET_UPLOADED", download);
        using var thumbnail = await _server.GetAsync($"/_matrix/client/v1/media/thumbnail/{media}?timeout_ms=0&width=32&height=32");
        await MediaServer.AssertErrorAsync(504, "M_NOT_YET_UPLOADED", thumbnail);
        using var wrong = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}?timeout_ms=soon");
        await MediaServer.AssertErrorAsync(400, "M_INVALID_PARAM", wrong);
    }

    [Fact]
    public async Task Content_is_given_once()
    {
        var media = await _server.CreateAsync();
        (await _server.PutAsync(media, [1])).Dispose();

        using var again = await _server.PutAsync(media, [2]);
        await MediaServer.AssertErrorAsync(409, "M_CANNOT_OVERWRITE_MEDIA", again);

        using var download = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}");
        Assert.Equal([1], await download.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Two_uploads_at_once_have_one_winner()
    {
        var media = await _server.CreateAsync();
        var uploads = await Task.WhenAll(Enumerable.Range(1, 8).Select(number => _server.PutAsync(media, [(byte)number])));

        Assert.Single(uploads, upload => (int)upload.StatusCode == 200);
        Assert.Equal(7, uploads.Count(upload => (int)upload.StatusCode == 409));
    }

    [Fact]
    public async Task Content_from_someone_else_is_forbidden()
    {
        var media = await _server.CreateAsync();

        using var response = await _server.PutAsync(media, [1], "bob");

        await MediaServer.AssertErrorAsync(403, "M_FORBIDDEN", response);
    }

    [Theory]
    [InlineData("media.test/unknown")]
    [InlineData("media.test/..%2F..%2Fetc%2Fpasswd")]
    [InlineData("elsewhere.test/unknown")]
    [InlineData("!/unknown")]
    public async Task An_ID_that_was_not_created_is_not_found(string media)
    {
        using var upload = await _server.PutAsync(media, [1]);
        await MediaServer.AssertErrorAsync(404, "M_NOT_FOUND", upload);
        using var download = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}");
        await MediaServer.AssertErrorAsync(404, "M_NOT_FOUND", download);
    }

    [Fact]
    public async Task An_expired_ID_is_gone_and_frees_its_place()
    {
        var media = await _server.CreateAsync();
        await _server.CreateAsync();
        await _server.CreateAsync();
        using var full = await _server.SendAsync(HttpMethod.Post, "/_matrix/media/v1/create", "alice", []);
        await MediaServer.AssertErrorAsync(429, "M_LIMIT_EXCEEDED", full);
        Assert.Equal(TimeSpan.FromHours(24), full.Headers.RetryAfter!.Delta);

        _server.Time.Advance(TimeSpan.FromHours(24));

        using var upload = await _server.PutAsync(media, [1]);
        await MediaServer.AssertErrorAsync(404, "M_NOT_FOUND", upload);
        using var download = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}");
        await MediaServer.AssertErrorAsync(404, "M_NOT_FOUND", download);
        await _server.CreateAsync();
    }

    [Fact]
    public async Task Filled_IDs_do_not_count_as_pending()
    {
        for (var i = 0; i < 5; i++)
            (await _server.PutAsync(await _server.CreateAsync(), [1])).Dispose();

        await _server.CreateAsync();
    }
}
