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
