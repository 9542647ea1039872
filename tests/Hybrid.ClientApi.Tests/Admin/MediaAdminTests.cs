using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Hybrid.Accounts.Sessions;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Storage.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hybrid.ClientApi.Tests.Admin;

public sealed class MediaAdminTests(TestServer server) : IClassFixture<TestServer>
{
    const string Admin = "/_synapse/admin/v1";

    [Fact]
    public async Task What_is_withdrawn_is_served_to_nobody_under_no_ID_until_it_is_released()
    {
        var (admin, alice, bob) = (await AdministratorAsync(), await server.RegisterAsync(), await server.RegisterAsync());
        var text = Guid.NewGuid().ToString();
        var media = await UploadAsync(alice, text);
        var same = await UploadAsync(bob, text);
        var other = await UploadAsync(bob, text + "!");

        _ = (await admin.PostAsync($"{Admin}/media/quarantine/{media}")).Ok;

        Assert.Equal(HttpStatusCode.NotFound, await DownloadAsync(alice, media));
        Assert.Equal(HttpStatusCode.NotFound, await DownloadAsync(bob, same));
        Assert.Equal(HttpStatusCode.OK, await DownloadAsync(bob, other));
        Assert.Equal(HttpStatusCode.NotFound, await DownloadAsync(bob, await UploadAsync(bob, text)));
        var listed = (await admin.GetAsync($"{Admin}/users/{alice.UserId}/media")).Ok["media"]![0]!;
        Assert.Equal(admin.UserId.Value, (string?)listed["quarantined_by"]);

        _ = (await admin.PostAsync($"{Admin}/media/unquarantine/{same}")).Ok;
        Assert.Equal(HttpStatusCode.OK, await DownloadAsync(alice, media));
    }

    [Fact]
    public async Task Media_of_other_servers_are_purged_by_administrators_who_count_milliseconds()
    {
        var (admin, alice) = (await AdministratorAsync(), await server.RegisterAsync());

        Assert.Equal(0, (int)(await admin.PostAsync($"{Admin}/purge_media_cache?before_ts=1700000000000")).Ok["deleted"]!);
        (await admin.PostAsync($"{Admin}/purge_media_cache?before_ts=1700000000")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.PostAsync($"{Admin}/purge_media_cache?before_ts=soon")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.PostAsync($"{Admin}/purge_media_cache")).ShouldBe(400, "M_MISSING_PARAM");
        (await alice.PostAsync($"{Admin}/purge_media_cache?before_ts=1700000000000")).ShouldBe(403, "M_FORBIDDEN");
    }

    [Fact]
    public async Task Everything_of_a_user_is_listed_withdrawn_and_deleted()
    {
        var (admin, alice, bob) = (await AdministratorAsync(), await server.RegisterAsync(), await server.RegisterAsync());
        var shared = await UploadAsync(bob, "shared");
        string[] media = [await UploadAsync(alice, "one"), await UploadAsync(alice, "two"), await UploadAsync(alice, "shared")];

        var first = (await admin.GetAsync($"{Admin}/users/{alice.UserId}/media?limit=2")).Ok;
        Assert.Equal((3, 2), ((int)first["total"]!, (int)first["next_token"]!));
        var second = (await admin.GetAsync($"{Admin}/users/{alice.UserId}/media?limit=2&from=2")).Ok;
        Assert.Null(second["next_token"]);
        Assert.Equal(
            media.Select(static id => id.Split('/')[1]).Order(StringComparer.Ordinal),
            first["media"]!.AsArray().Concat(second["media"]!.AsArray()).Select(static entry => (string)entry!["media_id"]!).Order(StringComparer.Ordinal));
        Assert.Equal(6, (int?)first["media"]!.AsArray().Concat(second["media"]!.AsArray()).Max(static entry => (int)entry!["media_length"]!));

        Assert.Equal(3, (int?)(await admin.PostAsync($"{Admin}/user/{alice.UserId}/media/quarantine")).Ok["num_quarantined"]);
        Assert.Equal(0, (int?)(await admin.PostAsync($"{Admin}/user/{alice.UserId}/media/quarantine")).Ok["num_quarantined"]);
        Assert.Equal(HttpStatusCode.NotFound, await DownloadAsync(bob, shared));
        _ = (await admin.PostAsync($"{Admin}/media/unquarantine/{shared}")).Ok;

        Assert.Equal(1, (int?)(await admin.DeleteAsync($"{Admin}/media/{media[0]}")).Ok["total"]);
        Assert.Equal(2, (int?)(await admin.DeleteAsync($"{Admin}/users/{alice.UserId}/media")).Ok["total"]);
        Assert.Equal(HttpStatusCode.NotFound, await DownloadAsync(alice, media[1]));
        Assert.Equal(HttpStatusCode.OK, await DownloadAsync(bob, shared));
        Assert.Equal(0, (int?)(await admin.GetAsync($"{Admin}/users/{alice.UserId}/media")).Ok["total"]);
    }

    [Fact]
    public async Task What_is_old_and_large_is_deleted_without_pictures_and_without_what_is_withdrawn()
    {
        // A server of its own: it deletes what others' tests upload.
        await using var server = await TestServer.StartAsync(static settings => settings);
        var tests = new MediaAdminTests(server);
        var (admin, alice) = (await tests.AdministratorAsync(), await server.RegisterAsync());
        var small = await tests.UploadAsync(alice, "small");
        var large = await tests.UploadAsync(alice, new string('x', 1000));
        var larger = await tests.UploadAsync(alice, new string('y', 2000));
        var picture = await tests.UploadAsync(alice, new string('z', 3000));
        var withdrawn = await tests.UploadAsync(alice, new string('w', 4000));
        _ = (await alice.PutAsync($"profile/{alice.UserId}/avatar_url", $$"""{"avatar_url":"mxc://{{picture}}"}""")).Ok;
        _ = (await admin.PostAsync($"{Admin}/media/quarantine/{withdrawn}")).Ok;
        var future = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds();
        string[] Ids(params string[] media) => [.. media.Select(static one => one.Split('/')[1]).Order(StringComparer.Ordinal)];
        static string[] Deleted(JsonObject answer) => [.. answer["deleted_media"]!.AsArray().Select(static id => (string)id!).Order(StringComparer.Ordinal)];

        Assert.Equal(0, (int?)(await admin.PostAsync($"{Admin}/media/delete?before_ts={DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeMilliseconds()}")).Ok["total"]);
        Assert.Equal(Ids(large, larger), Deleted((await admin.PostAsync($"{Admin}/media/delete?before_ts={future}&size_gt=999")).Ok));
        Assert.Equal(HttpStatusCode.NotFound, await tests.DownloadAsync(alice, large));
        Assert.Equal(HttpStatusCode.OK, await tests.DownloadAsync(alice, small));
        var rest = (await admin.PostAsync($"{Admin}/media/test.local/delete?before_ts={future}&keep_profiles=false")).Ok;
        Assert.Equal((Ids(small, picture).Length, 2), (Deleted(rest).Length, (int)rest["total"]!));
        Assert.Equal(Ids(small, picture), Deleted(rest));

        _ = (await admin.PostAsync($"{Admin}/media/unquarantine/{withdrawn}")).Ok;
        Assert.Equal(HttpStatusCode.OK, await tests.DownloadAsync(alice, withdrawn));
    }

    [Fact]
    public async Task What_was_asked_for_since_is_not_old()
    {
        await using var server = await TestServer.StartAsync(static settings => settings);
        var tests = new MediaAdminTests(server);
        var (admin, alice) = (await tests.AdministratorAsync(), await server.RegisterAsync());
        var (used, unused) = (await tests.UploadAsync(alice, "used"), await tests.UploadAsync(alice, "unused"));
        // Later than both uploads, and no later than the download.
        await AfterNowAsync();
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Assert.Equal(HttpStatusCode.OK, await tests.DownloadAsync(alice, used));

        Assert.Equal(unused.Split('/')[1], (string?)Assert.Single((await admin.PostAsync($"{Admin}/media/delete?before_ts={before}")).Ok["deleted_media"]!.AsArray()));

        static async Task AfterNowAsync()
        {
            for (var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(); DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() == now;)
                await Task.Yield();
        }
    }

    [Theory]
    [InlineData("room/{0}/media/quarantine")]
    [InlineData("quarantine_media/{0}")]
    public async Task All_that_a_room_names_is_listed_and_withdrawn(string path)
    {
        var (admin, alice) = (await AdministratorAsync(), await server.RegisterAsync());
        var room = await alice.CreateRoomAsync();
        string[] media = [await UploadAsync(alice, $"{path} one"), await UploadAsync(alice, $"{path} two"), await UploadAsync(alice, $"{path} three"), await UploadAsync(alice, $"{path} four")];
        var elsewhere = await UploadAsync(alice, $"{path} not in the room");
        await SendAsync($$$"""{"msgtype":"m.image","body":"a","url":"mxc://{{{media[0]}}}","info":{"thumbnail_url":"mxc://{{{media[1]}}}"} }""");
        await SendAsync($$$"""{"msgtype":"m.file","body":"a","file":{"url":"mxc://{{{media[2]}}}"},"info":{"thumbnail_file":{"url":"mxc://{{{media[3]}}}"} } }""");
        await SendAsync($$$"""{"msgtype":"m.image","body":"mxc:// again","url":"mxc://{{{media[0]}}}"}""");
        await SendAsync("""{"msgtype":"m.image","body":"a","url":"mxc://elsewhere.example.org/abc","info":{"thumbnail_url":7}}""");
        await SendAsync("""{"msgtype":"m.image","body":"a","url":"mxc://test.local/never/was","info":"none"}""");
        await SendAsync("""{"msgtype":"m.image","body":"a","url":"mxc://test.local/unknown"}""");

        var listed = (await admin.GetAsync($"{Admin}/room/{Uri.EscapeDataString(room)}/media")).Ok;
        Assert.Equal(media.Append("test.local/unknown").Select(static one => "mxc://" + one), listed["local"]!.AsArray().Select(static uri => (string)uri!));
        Assert.Equal("mxc://elsewhere.example.org/abc", (string?)Assert.Single(listed["remote"]!.AsArray()));

        var target = $"{Admin}/{string.Format(System.Globalization.CultureInfo.InvariantCulture, path, Uri.EscapeDataString(room))}";
        Assert.Equal(4, (int?)(await admin.PostAsync(target)).Ok["num_quarantined"]);
        Assert.Equal(0, (int?)(await admin.PostAsync(target)).Ok["num_quarantined"]);
        foreach (var one in media)
            Assert.Equal(HttpStatusCode.NotFound, await DownloadAsync(alice, one));
        Assert.Equal(HttpStatusCode.OK, await DownloadAsync(alice, elsewhere));

        async Task SendAsync(string content) => (await alice.SendEventAsync(room, "m.room.message", content)).Ok.Clear();
    }

    [Fact]
    public async Task Rooms_and_ages_that_make_no_sense_are_refused()
    {
        var (admin, alice) = (await AdministratorAsync(), await server.RegisterAsync());
        var room = Uri.EscapeDataString(await alice.CreateRoomAsync());

        foreach (var path in (string[])[$"room/{room}/media/quarantine", $"quarantine_media/{room}", "media/delete?before_ts=4000000000000", "media/test.local/delete?before_ts=4000000000000"])
            (await alice.PostAsync($"{Admin}/{path}")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.GetAsync($"{Admin}/room/{room}/media")).ShouldBe(403, "M_FORBIDDEN");
        (await admin.GetAsync($"{Admin}/room/nonsense/media")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.PostAsync($"{Admin}/room/nonsense/media/quarantine")).ShouldBe(400, "M_INVALID_PARAM");
        Assert.Equal(0, (int?)(await admin.PostAsync($"{Admin}/room/!none:test.local/media/quarantine")).Ok["num_quarantined"]);
        (await admin.PostAsync($"{Admin}/media/delete")).ShouldBe(400, "M_MISSING_PARAM");
        (await admin.PostAsync($"{Admin}/media/delete?before_ts=yesterday")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.PostAsync($"{Admin}/media/delete?before_ts=1700000000")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.PostAsync($"{Admin}/media/delete?before_ts=1700000000000&size_gt=-1")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.PostAsync($"{Admin}/media/delete?before_ts=1700000000000&keep_profiles=perhaps")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.PostAsync($"{Admin}/media/elsewhere.example.org/delete?before_ts=1700000000000")).ShouldBe(400, "M_UNKNOWN");
    }

    [Fact]
    public async Task Only_administrators_may_and_only_what_is_there()
    {
        var (admin, alice) = (await AdministratorAsync(), await server.RegisterAsync());
        var media = await UploadAsync(alice, "mine");

        foreach (var path in (string[])[$"media/quarantine/{media}", $"media/unquarantine/{media}", $"user/{alice.UserId}/media/quarantine"])
            (await alice.PostAsync($"{Admin}/{path}")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.DeleteAsync($"{Admin}/media/{media}")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.GetAsync($"{Admin}/users/{alice.UserId}/media")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.DeleteAsync($"{Admin}/users/{alice.UserId}/media")).ShouldBe(403, "M_FORBIDDEN");
        foreach (var unknown in (string[])["test.local/unknown", "elsewhere.example/abc", "test.local/..%2f"])
        {
            (await admin.PostAsync($"{Admin}/media/quarantine/{unknown}")).ShouldBe(404, "M_NOT_FOUND");
            (await admin.PostAsync($"{Admin}/media/unquarantine/{unknown}")).ShouldBe(404, "M_NOT_FOUND");
            (await admin.DeleteAsync($"{Admin}/media/{unknown}")).ShouldBe(404, "M_NOT_FOUND");
        }

        (await admin.GetAsync($"{Admin}/users/nonsense/media")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.GetAsync($"{Admin}/users/{alice.UserId}/media?from=-1")).ShouldBe(400, "M_INVALID_PARAM");
        Assert.Equal(HttpStatusCode.OK, await DownloadAsync(alice, media));
    }

    async Task<TestUser> AdministratorAsync()
    {
        var admin = await server.RegisterAsync();
        var accounts = server.Services.GetRequiredService<IAccountStore>();
        server.Services.GetRequiredService<AccessTokens>().Revoke((await accounts.SetAdminAsync(admin.UserId, true, default))!);
        return admin;
    }

    async Task<string> UploadAsync(TestUser user, string text)
    {
        using var request = Request(user, HttpMethod.Post, "/_matrix/media/v3/upload");
        request.Content = new StringContent(text);
        using var response = await server.Http.SendAsync(request);
        var uri = (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["content_uri"]!;
        return uri["mxc://".Length..];
    }

    async Task<HttpStatusCode> DownloadAsync(TestUser user, string media)
    {
        using var request = Request(user, HttpMethod.Get, $"/_matrix/client/v1/media/download/{media}");
        using var response = await server.Http.SendAsync(request);
        return response.StatusCode;
    }

    static HttpRequestMessage Request(TestUser user, HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        return request;
    }
}
