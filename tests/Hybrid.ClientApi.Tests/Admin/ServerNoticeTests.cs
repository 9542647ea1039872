using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Primitives;
using Xunit;

namespace Hybrid.ClientApi.Tests.Admin;

public sealed class ServerNoticeTests : IAsyncLifetime
{
    const string Path = "/_synapse/admin/v1/send_server_notice";

    TestServer _server = null!;

    public async Task InitializeAsync() =>
        _server = await TestServer.StartAsync(static settings => settings with { ServerNoticesUser = UserId.Parse("@notices:test.local") });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Notices_come_in_one_room_that_cannot_be_turned_down()
    {
        var admin = await _server.RegisterAdministratorAsync();
        var alice = await _server.RegisterAsync();

        var sent = await Task.WhenAll(admin.PostAsync(Path, Notice(alice, "one")), admin.PostAsync(Path, Notice(alice, "two")));
        Assert.All(sent, static answer => Assert.StartsWith("$", (string?)answer.Ok["event_id"], StringComparison.Ordinal));

        var room = Assert.Single((await alice.GetAsync("sync")).Ok["rooms"]!["invite"]!.AsObject()).Key;
        Assert.True((await alice.GetAsync($"user/{alice.UserId}/rooms/{room}/tags")).Ok["tags"]!.AsObject().ContainsKey("m.server_notice"));
        (await alice.InRoomAsync(room, "leave")).ShouldBe(403, "M_CANNOT_LEAVE_SERVER_NOTICE_ROOM");
        _ = (await alice.InRoomAsync(room, "join")).Ok;
        (await alice.SendEventAsync(room, "m.room.message", "{}")).ShouldBe(403, "M_FORBIDDEN");
        Assert.Equal(["one", "two"], (await BodiesAsync(alice, room)).Order());

        _ = (await alice.InRoomAsync(room, "leave")).Ok;
        _ = (await admin.PostAsync(Path, Notice(alice, "three"))).Ok;
        Assert.Equal(room, Assert.Single((await alice.GetAsync("sync")).Ok["rooms"]!["invite"]!.AsObject()).Key);
        _ = (await alice.InRoomAsync(room, "join")).Ok;
        Assert.Contains("three", await BodiesAsync(alice, room));
    }

    [Fact]
    public async Task A_transaction_is_sent_once_and_state_is_set()
    {
        var admin = await _server.RegisterAdministratorAsync();
        var alice = await _server.RegisterAsync();

        var first = (string)(await admin.PutAsync($"{Path}/t1", Notice(alice, "once"))).Ok["event_id"]!;
        Assert.Equal(first, (string?)(await admin.PutAsync($"{Path}/t1", Notice(alice, "once"))).Ok["event_id"]);
        Assert.NotEqual(first, (string?)(await admin.PutAsync($"{Path}/t2", Notice(alice, "once"))).Ok["event_id"]);
        _ = (await admin.PostAsync(Path, $$$"""{"user_id":"{{{alice.UserId}}}","type":"m.room.topic","state_key":"","content":{"topic":"News"}}""")).Ok;

        var room = Assert.Single((await alice.GetAsync("sync")).Ok["rooms"]!["invite"]!.AsObject()).Key;
        _ = (await alice.InRoomAsync(room, "join")).Ok;
        Assert.Equal("News", (string?)(await alice.GetStateAsync(room, "m.room.topic")).Ok["topic"]);
    }

    [Fact]
    public async Task What_cannot_be_a_notice_is_refused()
    {
        var admin = await _server.RegisterAdministratorAsync();
        var alice = await _server.RegisterAsync();

        (await alice.PostAsync(Path, Notice(alice, "x"))).ShouldBe(403, "M_FORBIDDEN");
        (await admin.PostAsync(Path)).ShouldBe(400, "M_MISSING_PARAM");
        (await admin.PostAsync(Path, $$"""{"user_id":"{{alice.UserId}}"}""")).ShouldBe(400, "M_MISSING_PARAM");
        (await admin.PostAsync(Path, """{"user_id":"nobody","content":{}}""")).ShouldBe(400, "M_BAD_JSON");
        (await admin.PostAsync(Path, """{"user_id":"@nobody:test.local","content":{}}""")).ShouldBe(404, "M_NOT_FOUND");
        (await admin.PostAsync(Path, """{"user_id":"@a:elsewhere.test","content":{}}""")).ShouldBe(400, "M_UNKNOWN");
        (await alice.PostAsync("/_matrix/client/v3/register", """{"username":"notices","password":"correct horse battery","auth":{"type":"m.login.dummy"}}"""))
            .ShouldBe(400, "M_USER_IN_USE");
        using var anonymous = await _server.Http.PostAsync(new Uri(Path, UriKind.Relative), null);
        Assert.Equal(401, (int)anonymous.StatusCode);

        await using var without = await TestServer.StartAsync(static settings => settings);
        var other = await without.RegisterAdministratorAsync();
        (await other.PostAsync(Path, Notice(other, "x"))).ShouldBe(400, "M_UNKNOWN");
    }

    static string Notice(TestUser user, string body) => $$$"""{"user_id":"{{{user.UserId}}}","content":{"msgtype":"m.text","body":"{{{body}}}"}}""";

    static async Task<IEnumerable<string>> BodiesAsync(TestUser user, string room) =>
        (await user.GetAsync($"rooms/{Uri.EscapeDataString(room)}/messages?dir=b&limit=50")).Ok["chunk"]!.AsArray()
            .Select(static stored => (string?)stored!["content"]!["body"]).OfType<string>();
}
