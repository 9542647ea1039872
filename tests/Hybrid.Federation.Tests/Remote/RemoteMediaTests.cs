using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Federation.Tests.Support;
using Hybrid.Media.Content;
using Hybrid.Media.Remote;
using Hybrid.Storage.Media;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests.Remote;

/// <summary>Media of one server as users of another get them.</summary>
public sealed class RemoteMediaTests(ServerPair servers) : IClassFixture<ServerPair>
{
    static readonly byte[] Pixel = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==");

    [Fact]
    public async Task Media_are_fetched_once_and_kept()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var content = Encoding.UTF8.GetBytes("--boundary\r\n" + new string('x', 300_000));
        var media = await UploadAsync(bob, content, "text/plain", "tëxt.txt");

        foreach (var _ in (int[])[1, 2])
        {
            using var downloaded = await DownloadAsync(alice, media);
            Assert.Equal(HttpStatusCode.OK, downloaded.StatusCode);
            Assert.Equal(content, await downloaded.Content.ReadAsByteArrayAsync());
            Assert.Equal("text/plain", downloaded.Content.Headers.ContentType!.MediaType);
            Assert.Equal("inline; filename*=utf-8''t%C3%ABxt.txt", downloaded.Content.Headers.GetValues("Content-Disposition").Single());
            Assert.Contains("sandbox", downloaded.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }

        await servers.B.Services.GetRequiredService<ContentRepository>().DeleteAsync(MediaId.Parse(media.Split('/')[1]), default);
        using var kept = await DownloadAsync(alice, media);
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);

        var purged = await servers.A.Services.GetRequiredService<RemoteMediaCache>().PurgeAsync(DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeMilliseconds(), default);
        Assert.True(purged >= 1);
        using var gone = await DownloadAsync(alice, media);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Many_who_ask_at_once_get_what_was_fetched_for_one()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var media = await UploadAsync(bob, new byte[200_000], "image/png");

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => DownloadAsync(alice, media)));

        Assert.All(answers, static answer => Assert.Equal(200_000, answer.Content.Headers.ContentLength));
        foreach (var answer in answers)
            answer.Dispose();
    }

    [Fact]
    public async Task Thumbnails_of_another_servers_pictures_are_drawn_here_and_there()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var media = await UploadAsync(bob, Pixel, "image/png");

        using var drawn = await GetAsync(alice, $"/_matrix/client/v1/media/thumbnail/{media}?width=32&height=32&method=crop");
        Assert.Equal((HttpStatusCode.OK, "image/png"), (drawn.StatusCode, drawn.Content.Headers.ContentType!.MediaType));

        var path = $"/_matrix/federation/v1/media/thumbnail/{media.Split('/')[1]}";
        Assert.Equal("M_INVALID_PARAM", (await servers.GetAsync($"{path}?width=0&height=32")).ErrorCode);
        Assert.Equal("M_INVALID_PARAM", (await servers.GetAsync($"{path}?width=32&height=32&method=fold")).ErrorCode);
        Assert.Equal("M_MISSING_PARAM", (await servers.GetAsync($"{path}?width=32")).ErrorCode);
        Assert.Equal("M_NOT_FOUND", (await servers.GetAsync("/_matrix/federation/v1/media/thumbnail/none?width=32&height=32")).ErrorCode);
        var text = await UploadAsync(bob, "text"u8.ToArray(), "text/plain");
        Assert.Equal((400, "M_UNKNOWN"), Refusal(await servers.GetAsync($"/_matrix/federation/v1/media/thumbnail/{text.Split('/')[1]}?width=32&height=32")));
    }

    [Fact]
    public async Task What_is_not_there_or_not_yet_is_said_so()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        Assert.Equal((404, "M_NOT_FOUND"), await RefusedAsync(alice, $"{servers.B.Name}/none"));
        Assert.Equal((502, "M_UNKNOWN"), await RefusedAsync(alice, "127.0.0.1:1/any"));

        var created = ((string)(await bob.CallAsync(HttpMethod.Post, "/_matrix/media/v1/create", []))["content_uri"]!)["mxc://".Length..];
        Assert.Equal((504, "M_NOT_YET_UPLOADED"), await RefusedAsync(alice, $"{created}?timeout_ms=0"));

        var download = $"/_matrix/federation/v1/media/download/{created.Split('/')[1]}";
        Assert.Equal((504, "M_NOT_YET_UPLOADED"), Refusal(await servers.GetAsync($"{download}?timeout_ms=0")));
        Assert.Equal((404, "M_NOT_FOUND"), Refusal(await servers.GetAsync("/_matrix/federation/v1/media/download/none")));
        using var unsigned = await servers.B.Http.GetAsync(download);
        Assert.Equal(HttpStatusCode.Unauthorized, unsigned.StatusCode);
    }

    [Fact]
    public async Task The_old_endpoints_serve_nobody_what_is_new_and_fetch_nothing()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var media = await UploadAsync(bob, [1, 2, 3], "image/png");

        Assert.Equal(HttpStatusCode.NotFound, (await servers.A.Http.GetAsync($"/_matrix/media/v3/download/{media}")).StatusCode);
        Assert.Null(await servers.A.Services.GetRequiredService<IRemoteMediaStore>().FindAsync(new RemoteMediaKey(servers.B.Name, MediaId.Parse(media.Split('/')[1])), default));
        using var refused = await GetAsync(alice, $"/_matrix/client/v1/media/download/{media}?allow_remote=false");
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        using var fetched = await DownloadAsync(alice, media);
        Assert.Equal(HttpStatusCode.OK, fetched.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await servers.A.Http.GetAsync($"/_matrix/media/v3/download/{media}")).StatusCode);
    }

    [Fact]
    public async Task Content_that_is_withdrawn_here_is_so_wherever_it_comes_from()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var content = Guid.NewGuid().ToByteArray();
        var (media, again) = (await UploadAsync(bob, content, "image/png"), await UploadAsync(bob, content, "image/png"));
        using var before = await DownloadAsync(alice, media);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        var moderation = servers.A.Services.GetRequiredService<MediaModeration>();
        Assert.Null((await moderation.QuarantineAsync(servers.B.Name, MediaId.Parse(media.Split('/')[1]), alice.UserId, default)).Error);

        Assert.Equal((404, "M_NOT_FOUND"), await RefusedAsync(alice, media));
        Assert.Equal((404, "M_NOT_FOUND"), await RefusedAsync(alice, again));
    }

    static (int, string?) Refusal((int Status, JsonNode? Answer, string? ErrorCode) answer) => (answer.Status, answer.ErrorCode);

    static async Task<(int, string?)> RefusedAsync(FederatedUser user, string media)
    {
        using var response = await DownloadAsync(user, media);
        return ((int)response.StatusCode, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errcode"]);
    }

    static Task<HttpResponseMessage> DownloadAsync(FederatedUser user, string media) => GetAsync(user, $"/_matrix/client/v1/media/download/{media}");

    static async Task<HttpResponseMessage> GetAsync(FederatedUser user, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        return await user.Server.Http.SendAsync(request);
    }

    static async Task<string> UploadAsync(FederatedUser user, byte[] content, string type, string name = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/_matrix/media/v3/upload?filename={Uri.EscapeDataString(name)}") { Content = new ByteArrayContent(content) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var response = await user.Server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return ((string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["content_uri"]!)["mxc://".Length..];
    }
}
