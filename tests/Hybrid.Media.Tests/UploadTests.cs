using System.Text.Json;
using Hybrid.Media.Content;
using Hybrid.Storage.Space;
using Xunit;

namespace Hybrid.Media.Tests;

public sealed class UploadTests : IAsyncLifetime
{
    MediaServer _server = null!;

    public async Task InitializeAsync() => _server = await MediaServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task What_was_uploaded_comes_back_with_its_type_and_name()
    {
        var media = await _server.UploadAsync("hello"u8.ToArray(), "text/plain", "?filename=hello.txt");

        using var response = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}");

        Assert.Equal("hello", await response.Content.ReadAsStringAsync());
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("inline; filename=\"hello.txt\"", response.Content.Headers.GetValues("Content-Disposition").Single());
    }

    [Fact]
    public async Task Equal_uploads_share_one_file_and_leave_nothing_behind()
    {
        var first = await _server.UploadAsync("same"u8.ToArray());
        var second = await _server.UploadAsync("same"u8.ToArray());

        Assert.NotEqual(first, second);
        var files = Directory.GetFiles(Path.Combine(_server.Folder, "media"), "*", SearchOption.AllDirectories);
        Assert.Equal("0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5", Path.GetFileName(Assert.Single(files)));
    }

    [Fact]
    public async Task An_empty_file_is_a_file()
    {
        var media = await _server.UploadAsync([]);

        using var response = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_file_over_the_limit_is_refused_with_and_without_an_announced_length()
    {
        var body = new byte[(1024 * 1024) + 1];
        using var announced = await _server.SendAsync(HttpMethod.Post, "/_matrix/media/v3/upload", "alice", body);
        await MediaServer.AssertErrorAsync(413, "M_TOO_LARGE", announced);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/_matrix/media/v3/upload?access_token=alice");
        request.Content = new StreamContent(new UnknownLengthStream(body));
        request.Headers.TransferEncodingChunked = true;
        using var chunked = await _server.Client.SendAsync(request);
        await MediaServer.AssertErrorAsync(413, "M_TOO_LARGE", chunked);

        Assert.Empty(Directory.GetFiles(Path.Combine(_server.Folder, "media"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_file_of_exactly_the_limit_is_stored()
    {
        var body = new byte[1024 * 1024];
        Random.Shared.NextBytes(body);
        var media = await _server.UploadAsync(body);

        using var response = await _server.GetAsync($"/_matrix/client/v1/media/download/{media}");

        Assert.Equal(body, await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Uploading_needs_a_token_that_is_no_guests()
    {
        using var anonymous = await _server.SendAsync(HttpMethod.Post, "/_matrix/media/v3/upload", null, [1]);
        await MediaServer.AssertErrorAsync(401, "M_MISSING_TOKEN", anonymous);

        using var guest = await _server.SendAsync(HttpMethod.Post, "/_matrix/media/v3/upload", "guest", [1]);
        await MediaServer.AssertErrorAsync(403, "M_GUEST_ACCESS_FORBIDDEN", guest);
    }

    [Fact]
    public async Task A_user_over_the_quota_is_refused()
    {
        await using var server = await MediaServer.StartAsync(options => options with { UserQuotaBytes = 10 });
        await server.UploadAsync(new byte[6]);

        using var refused = await server.SendAsync(HttpMethod.Post, "/_matrix/media/v3/upload", "alice", new byte[5]);
        await MediaServer.AssertErrorAsync(403, "M_FORBIDDEN", refused);

        await server.UploadAsync(new byte[4]);
        await server.UploadAsync(new byte[10], token: "bob");
    }

    [Fact]
    public async Task The_limit_is_told_on_both_config_endpoints()
    {
        foreach (var path in new[] { "/_matrix/client/v1/media/config", "/_matrix/media/v3/config" })
        {
            using var response = await _server.GetAsync(path);
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
            Assert.Equal(1024 * 1024, document.RootElement.GetProperty("m.upload.size").GetInt64());

            using var anonymous = await _server.GetAsync(path, null);
            await MediaServer.AssertErrorAsync(401, "M_MISSING_TOKEN", anonymous);
        }
    }

    [Fact]
    public async Task Remains_of_interrupted_uploads_are_removed_at_start()
    {
        var options = _server.Service<MediaOptions>();
        var remains = Path.Combine(options.Folder, "temporary", "remains");
        await File.WriteAllTextAsync(remains, "half");

        _ = new ContentFiles(options, new LocalContentStore(options), new StorageSpace());

        Assert.False(File.Exists(remains));
    }

    sealed class UnknownLengthStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
