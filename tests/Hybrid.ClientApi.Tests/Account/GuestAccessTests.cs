using System.Text;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Primitives;
using Xunit;

namespace Hybrid.ClientApi.Tests.Account;

/// <summary>What guests may do, where the operator lets them in (specification, "Guest Access").</summary>
public sealed class GuestAccessTests : IAsyncLifetime
{
    TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(static settings => settings with { Guests = true });

    public Task DisposeAsync() => ((IAsyncLifetime)_server).DisposeAsync();

    [Fact]
    public async Task A_guest_reads_and_speaks_where_guests_may_join()
    {
        var (alice, guest) = (await _server.RegisterAsync(), await GuestAsync());
        Assert.True((bool)(await guest.GetAsync("account/whoami")).Ok["is_guest"]!);
        var room = await OpenRoomAsync(alice);

        (await guest.InRoomAsync(room, "join")).Ok.Clear();
        var said = await guest.SayAsync(room, "hello");
        foreach (var path in (string[])["members", "messages?dir=b", $"context/{Uri.EscapeDataString(said)}", $"event/{Uri.EscapeDataString(said)}", "state/m.room.create/"])
            (await guest.GetAsync($"rooms/{Uri.EscapeDataString(room)}/{path}")).Ok.Clear();
        (await guest.PutAsync($"profile/{guest.UserId}/displayname", """{"displayname":"Passer-by"}""")).Ok.Clear();
        (await guest.PostAsync("keys/query", """{"device_keys":{}}""")).Ok.Clear();
        (await guest.GetAsync("devices")).Ok.Clear();
        (await guest.GetAsync("sync")).Ok.Clear();
        (await guest.InRoomAsync(room, "leave")).Ok.Clear();
    }

    [Fact]
    public async Task A_guest_does_not_join_other_rooms()
    {
        var (alice, guest) = (await _server.RegisterAsync(), await GuestAsync());
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");

        (await guest.InRoomAsync(room, "join")).ShouldBe(403, "M_GUEST_ACCESS_FORBIDDEN");
    }

    [Theory]
    [InlineData("POST", "createRoom")]
    [InlineData("POST", "account/password")]
    [InlineData("POST", "account/deactivate")]
    [InlineData("GET", "account/3pid")]
    [InlineData("POST", "account/3pid/add")]
    [InlineData("POST", "account/3pid/bind")]
    [InlineData("POST", "user_directory/search")]
    [InlineData("POST", "rooms/!r:test.local/invite")]
    [InlineData("POST", "knock/!r:test.local")]
    [InlineData("POST", "delete_devices")]
    [InlineData("GET", "pushrules/")]
    [InlineData("POST", "room_keys/version")]
    [InlineData("POST", "/_matrix/media/v3/upload")]
    [InlineData("POST", "/_matrix/client/v1/login/get_token")]
    [InlineData("PUT", "directory/room/%23a:test.local")]
    [InlineData("PUT", "rooms/!r:test.local/typing/@g:test.local")]
    [InlineData("POST", "rooms/!r:test.local/receipt/m.read/$e")]
    [InlineData("PUT", "rooms/!r:test.local/redact/$e/t")]
    [InlineData("PUT", "user/@g:test.local/account_data/m.direct")]
    [InlineData("PUT", "presence/@g:test.local/status")]
    [InlineData("POST", "user/@g:test.local/filter")]
    public async Task A_guest_has_no_more_than_that(string method, string path)
    {
        var guest = await GuestAsync();

        (await guest.SendAsync(new HttpMethod(method), path, method == "GET" ? null : "{}")).ShouldBe(403, "M_GUEST_ACCESS_FORBIDDEN");
    }

    [Fact]
    public async Task A_guest_changes_no_other_field_of_the_profile()
    {
        var guest = await GuestAsync();

        (await guest.PutAsync($"profile/{guest.UserId}/avatar_url", """{"avatar_url":"mxc://test.local/a"}""")).ShouldBe(403, "M_GUEST_ACCESS_FORBIDDEN");
    }

    [Fact]
    public async Task Guests_leave_a_room_that_is_closed_to_them()
    {
        var (alice, bob, guest) = (await _server.RegisterAsync(), await _server.RegisterAsync(), await GuestAsync());
        var room = await OpenRoomAsync(alice);
        (await bob.InRoomAsync(room, "join")).Ok.Clear();
        (await guest.InRoomAsync(room, "join")).Ok.Clear();

        (await alice.SetStateAsync(room, "m.room.guest_access", "", """{"guest_access":"forbidden"}""")).Ok.Clear();

        Assert.Equal("leave", (string?)(await alice.GetStateAsync(room, "m.room.member", guest.UserId.Value)).Ok["membership"]);
        Assert.Equal("join", (string?)(await alice.GetStateAsync(room, "m.room.member", bob.UserId.Value)).Ok["membership"]);
    }

    [Fact]
    public async Task A_guest_becomes_an_ordinary_user_and_keeps_the_name()
    {
        var guest = await GuestAsync();
        var upgrade = $$"""
            {"username":"{{guest.UserId.Localpart}}","password":"correct horse battery","guest_access_token":"{{guest.AccessToken}}","auth":{"type":"m.login.dummy"} }
            """;

        var made = (await PostAsync("register", upgrade)).Ok;
        Assert.Equal(guest.UserId.Value, (string?)made["user_id"]);
        var user = new TestUser(_server, guest.UserId, (string)made["access_token"]!, (string)made["device_id"]!);
        Assert.False((bool)(await user.GetAsync("account/whoami")).Ok["is_guest"]!);
        await user.CreateRoomAsync();

        (await PostAsync("register", upgrade)).ShouldBe(403, "M_FORBIDDEN");
    }

    [Fact]
    public async Task Nobody_takes_over_an_account_as_its_guest()
    {
        var (alice, guest) = (await _server.RegisterAsync(), await GuestAsync());
        string Body(string name, string token) => $$"""{"username":"{{name}}","password":"correct horse battery","guest_access_token":"{{token}}","auth":{"type":"m.login.dummy"} }""";

        (await PostAsync("register", Body(alice.UserId.Localpart, guest.AccessToken))).ShouldBe(403, "M_FORBIDDEN");
        (await PostAsync("register", Body(alice.UserId.Localpart, alice.AccessToken))).ShouldBe(403, "M_FORBIDDEN");
        (await PostAsync("register", Body(guest.UserId.Localpart, "nobody's"))).ShouldBe(401, "M_UNKNOWN_TOKEN");
    }

    async Task<TestUser> GuestAsync()
    {
        var made = (await PostAsync("register?kind=guest", "{}")).Ok;
        return new TestUser(_server, UserId.Parse((string)made["user_id"]!), (string)made["access_token"]!, (string)made["device_id"]!);
    }

    async Task<Answer> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _server.Http.PostAsync("/_matrix/client/v3/" + path, content);
        return new Answer(response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    static Task<string> OpenRoomAsync(TestUser alice) => alice.CreateRoomAsync("""
        {"preset":"public_chat","initial_state":[{"type":"m.room.guest_access","content":{"guest_access":"can_join"}}]}
        """);
}
