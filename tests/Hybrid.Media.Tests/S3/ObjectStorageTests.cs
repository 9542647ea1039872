using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Hybrid.Media.Content;
using Hybrid.Media.S3;
using Hybrid.Primitives;
using SkiaSharp;
using Xunit;

namespace Hybrid.Media.Tests.S3;

/// <summary>Media in a real object store.</summary>
public sealed class ObjectStorageTests : IAsyncLifetime
{
    ObjectStore _objects = null!;
    MediaServer _server = null!;

    public async Task InitializeAsync()
    {
        _objects = await ObjectStore.StartAsync();
        _server = await StartAsync(static options => options);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _objects.DisposeAsync();
    }

    [Fact]
    public async Task An_upload_becomes_an_object_and_comes_back_whole_and_in_parts()
    {
        var bytes = RandomNumberGenerator.GetBytes(900_000);
        var media = await _server.UploadAsync(bytes, "video/mp4");

        Assert.Equal([NameOf(bytes)], _objects.Objects);
        Assert.Empty(Directory.GetFiles(Path.Combine(_server.Folder, "media"), "*", SearchOption.AllDirectories));
        using (var whole = await GetAsync(media))
        {
            Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync());
            Assert.Equal(("video/mp4", bytes.Length), (whole.Content.Headers.ContentType!.ToString(), (int)whole.Content.Headers.ContentLength!));
            Assert.Equal($"\"{Hash(bytes)}\"", whole.Headers.ETag!.ToString());
        }

        using (var part = await GetAsync(media, new RangeHeaderValue(700_000, 799_999)))
        {
            Assert.Equal((206, "bytes 700000-799999/900000"), ((int)part.StatusCode, part.Content.Headers.ContentRange!.ToString()));
            Assert.Equal(bytes[700_000..800_000], await part.Content.ReadAsByteArrayAsync());
        }

        using (var tail = await GetAsync(media, new RangeHeaderValue(null, 10)))
            Assert.Equal(bytes[^10..], await tail.Content.ReadAsByteArrayAsync());
        using var beyond = await GetAsync(media, new RangeHeaderValue(900_000, null));
        Assert.Equal(416, (int)beyond.StatusCode);
    }

    [Fact]
    public async Task An_upload_that_is_longer_than_memory_is_wanted_for_streams_both_ways()
    {
        await using var server = await StartAsync(static options => options with { MaxUploadBytes = 40 * 1024 * 1024 });
        var bytes = RandomNumberGenerator.GetBytes(33 * 1024 * 1024);

        var media = await server.UploadAsync(bytes, "application/zip");

        using var whole = await server.GetAsync("/_matrix/client/v1/media/download/" + media);
        Assert.Equal(Hash(bytes), Hash(await whole.Content.ReadAsByteArrayAsync()));
    }

    [Fact]
    public async Task Thumbnails_are_drawn_from_objects_and_kept_on_disk()
    {
        var picture = TestImages.Encode(400, 200);
        var media = await _server.UploadAsync(picture, "image/png");

        using var thumbnail = await GetThumbnailAsync(media, "width=96&height=96&method=crop");
        using var itself = await GetThumbnailAsync(media, "width=700&height=500");

        using var bitmap = SKBitmap.Decode(await thumbnail.Content.ReadAsByteArrayAsync());
        Assert.Equal((96, 96), (bitmap.Width, bitmap.Height));
        Assert.Equal(picture, await itself.Content.ReadAsByteArrayAsync());
        var files = Directory.GetFiles(Path.Combine(_server.Folder, "media"), "*", SearchOption.AllDirectories);
        Assert.Contains($"{Path.DirectorySeparatorChar}thumbnails{Path.DirectorySeparatorChar}", Assert.Single(files), StringComparison.Ordinal);

        // What is drawn needs the object no more.
        _objects.IsAway = true;
        using var again = await GetThumbnailAsync(media, "width=96&height=96&method=crop");
        Assert.Equal(200, (int)again.StatusCode);
    }

    [Fact]
    public async Task Equal_uploads_are_one_object_that_goes_with_the_last_of_them()
    {
        var bytes = "twice"u8.ToArray();
        var first = await _server.UploadAsync(bytes);
        var second = await _server.UploadAsync(bytes, token: "bob");
        Assert.Single(_objects.Objects);

        await _server.Service<ContentRepository>().DeleteAllAsync(UserId.Parse($"@alice:{MediaServer.Name}"), CancellationToken.None);
        using (var left = await GetAsync(second))
            Assert.Equal(bytes, await left.Content.ReadAsByteArrayAsync());
        using (var gone = await GetAsync(first))
            await MediaServer.AssertErrorAsync(404, "M_NOT_FOUND", gone);

        await _server.Service<ContentRepository>().DeleteAllAsync(UserId.Parse($"@bob:{MediaServer.Name}"), CancellationToken.None);
        Assert.Empty(_objects.Objects);
        Assert.Empty(Notes);
    }

    [Fact]
    public async Task While_the_object_store_is_away_clients_are_told_so_and_deletions_wait_for_it()
    {
        var bytes = "something"u8.ToArray();
        var media = await _server.UploadAsync(bytes);
        var picture = await _server.UploadAsync(TestImages.Encode(400, 200));

        _objects.IsAway = true;
        using (var upload = await _server.SendAsync(HttpMethod.Post, "/_matrix/media/v3/upload", "alice", "more"u8.ToArray()))
            await MediaServer.AssertErrorAsync(503, "M_UNKNOWN", upload);
        foreach (var range in (RangeHeaderValue?[])[null, new RangeHeaderValue(2, 3)])
        {
            using var download = await GetAsync(media, range);
            await MediaServer.AssertErrorAsync(503, "M_UNKNOWN", download);
            Assert.Null(download.Headers.CacheControl);
        }

        using (var thumbnail = await GetThumbnailAsync(picture, "width=32&height=32"))
            await MediaServer.AssertErrorAsync(503, "M_UNKNOWN", thumbnail);
        await _server.Service<ContentRepository>().DeleteAllAsync(UserId.Parse($"@alice:{MediaServer.Name}"), CancellationToken.None);
        Assert.Equal(2, _objects.Objects.Count);

        _objects.IsAway = false;
        await _server.Service<UnsettledContent>().SettleAsync(CancellationToken.None);
        Assert.Empty(_objects.Objects);
        Assert.Empty(Notes);
    }

    [Fact]
    public async Task What_a_crash_leaves_between_an_object_and_its_record_is_cleared_up()
    {
        var (files, bytes) = (_server.Service<ContentFiles>(), "left behind"u8.ToArray());
        await Assert.ThrowsAsync<InvalidDataException>(async () => await files.SaveContentAsync<Done>(
            PipeReader.Create(new MemoryStream(bytes)), 100, static _ => throw new InvalidDataException("a crash"), CancellationToken.None));
        var used = await _server.UploadAsync("used"u8.ToArray());
        await Assert.ThrowsAsync<InvalidDataException>(async () => await files.SaveContentAsync<Done>(
            PipeReader.Create(new MemoryStream("used"u8.ToArray())), 100, static _ => throw new InvalidDataException("a crash"), CancellationToken.None));
        Assert.Equal((2, 2), (_objects.Objects.Count, Notes.Length));

        await _server.Service<UnsettledContent>().SettleAsync(CancellationToken.None);

        Assert.Equal([NameOf("used"u8.ToArray())], _objects.Objects);
        Assert.Empty(Notes);
        using var left = await GetAsync(used);
        Assert.Equal("used", await left.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_download_goes_on_where_its_connection_breaks()
    {
        var bytes = RandomNumberGenerator.GetBytes(900_000);
        var media = await _server.UploadAsync(bytes);

        // The connection that the upload left open has carried fewer bytes.
        _objects.CutAfter(300_000);
        using var whole = await GetAsync(media);

        Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Files_of_the_time_before_the_object_store_are_served_and_deleted()
    {
        var bytes = "from before"u8.ToArray();
        var media = await _server.UploadAsync(bytes);
        var path = Path.Combine(_server.Folder, "media", "content", Hash(bytes)[..2], Hash(bytes));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        _objects.IsAway = true;

        using (var local = await GetAsync(media))
            Assert.Equal(bytes, await local.Content.ReadAsByteArrayAsync());
        _objects.IsAway = false;
        await _server.Service<ContentRepository>().DeleteAllAsync(UserId.Parse($"@alice:{MediaServer.Name}"), CancellationToken.None);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task An_object_that_is_gone_is_not_found()
    {
        var media = await _server.UploadAsync("here today"u8.ToArray());
        var picture = await _server.UploadAsync(TestImages.Encode(400, 200));
        using (var client = new S3Client(Options("S3RVER")))
        {
            foreach (var name in _objects.Objects)
                await client.DeleteAsync(name["test/".Length..], CancellationToken.None);
        }

        using var download = await GetAsync(media);
        await MediaServer.AssertErrorAsync(404, "M_NOT_FOUND", download);
        using var part = await GetAsync(media, new RangeHeaderValue(1, 2));
        await MediaServer.AssertErrorAsync(404, "M_NOT_FOUND", part);
        using var thumbnail = await GetThumbnailAsync(picture, "width=32&height=32");
        await MediaServer.AssertErrorAsync(404, "M_NOT_FOUND", thumbnail);
    }

    [Fact]
    public async Task A_key_that_the_object_store_refuses_is_a_failure_of_the_server()
    {
        await using var server = await MediaServer.StartAsync(objects: Options("NOBODY"));

        using var upload = await server.SendAsync(HttpMethod.Post, "/_matrix/media/v3/upload", "alice", "more"u8.ToArray());

        await MediaServer.AssertErrorAsync(503, "M_UNKNOWN", upload);
        Assert.Empty(_objects.Objects);
    }

    string[] Notes => Directory.GetFiles(Path.Combine(_server.Folder, "media", "unsettled"));

    static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    static string NameOf(byte[] bytes) => $"test/content/{Hash(bytes)[..2]}/{Hash(bytes)}";

    S3Options Options(string key) => new()
    {
        Bucket = ObjectStore.Bucket,
        Endpoint = _objects.Address,
        Key = key,
        Secret = "S3RVER",
        Prefix = "test/",
        PathStyle = true,
    };

    Task<MediaServer> StartAsync(Func<MediaOptions, MediaOptions> configure) => MediaServer.StartAsync(configure, objects: Options("S3RVER"));

    Task<HttpResponseMessage> GetAsync(string media, RangeHeaderValue? range = null) => _server.GetAsync("/_matrix/client/v1/media/download/" + media, range: range);

    Task<HttpResponseMessage> GetThumbnailAsync(string media, string query) => _server.GetAsync($"/_matrix/client/v1/media/thumbnail/{media}?{query}");
}
