using System.Net;
using System.Text;
using Hybrid.Media.Content;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using Xunit;

namespace Hybrid.Media.Tests;

public sealed class MediaUseTests
{
    static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    [Fact]
    public async Task What_nobody_asks_for_goes_and_what_is_asked_for_or_a_picture_stays()
    {
        await using var server = await MediaServer.StartAsync(static options => options with { UnusedMediaLifetime = Lifetime });
        var unused = await UploadAsync(server, "unused");
        var used = await UploadAsync(server, "used");
        var avatar = await UploadAsync(server, "avatar");
        var roomAvatar = await UploadAsync(server, "room avatar");
        await PictureAsync(server, avatar, roomAvatar);
        server.Time.Advance(TimeSpan.FromDays(20));
        Assert.Equal(HttpStatusCode.OK, await DownloadAsync(server, used));
        await server.Service<MediaUse>().SweepAsync(default);
        server.Time.Advance(TimeSpan.FromDays(15));
        var recent = await UploadAsync(server, "recent");

        await server.Service<MediaUse>().SweepAsync(default);

        Assert.Equal(HttpStatusCode.NotFound, await DownloadAsync(server, unused));
        foreach (var kept in (string[])[used, avatar, roomAvatar, recent])
            Assert.Equal(HttpStatusCode.OK, await DownloadAsync(server, kept));
    }

    [Fact]
    public async Task Without_a_lifetime_everything_stays()
    {
        await using var server = await MediaServer.StartAsync();
        var media = await UploadAsync(server, "old");
        server.Time.Advance(TimeSpan.FromDays(3650));

        await server.Service<MediaUse>().SweepAsync(default);

        Assert.Equal(HttpStatusCode.OK, await DownloadAsync(server, media));
    }

    static async Task PictureAsync(MediaServer server, string avatar, string roomAvatar)
    {
        var now = server.Time.GetUtcNow();
        var alice = TestRoom.Alice;
        await server.Service<IAccountStore>().TryAddAsync(new NewAccount(new AccountRecord(alice, null, now), null, null), default);
        await server.Service<IProfileStore>().SetAsync(alice, "avatar_url", $"\"mxc://{avatar}\"", 1000, default);
        var room = await new TestRoom(server.Service<IRoomStore>()).CreateAsync();
        await room.SetAsync("m.room.avatar", $$"""{"url":"mxc://{{roomAvatar}}"}""");
    }

    static Task<string> UploadAsync(MediaServer server, string text) => server.UploadAsync(Encoding.UTF8.GetBytes(text), "text/plain");

    static async Task<HttpStatusCode> DownloadAsync(MediaServer server, string media)
    {
        using var response = await server.GetAsync($"/_matrix/client/v1/media/download/{media}");
        return response.StatusCode;
    }
}
