using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.AppServices;

public sealed class AppServiceTests : IAsyncLifetime
{
    const string Register = "/_matrix/client/v3/register";

    TestAppService _test = null!;

    TestServer Server => _test.Server;

    public async Task InitializeAsync() => _test = await TestAppService.StartAsync();

    public async Task DisposeAsync() => await _test.DisposeAsync();

    [Fact]
    public async Task A_service_acts_as_its_sender_and_as_its_users()
    {
        var service = _test.As();
        var ghost = (await RegisterAsync("_bridge_ghost")).Ok;
        Assert.Equal("@_bridge_ghost:test.local", (string?)ghost["user_id"]);
        var device = (string)ghost["device_id"]!;

        var sender = (await service.GetAsync("account/whoami")).Ok;
        Assert.Equal("@_bridge_bot:test.local", (string?)sender["user_id"]);
        Assert.False(sender.ContainsKey("device_id"));
        var masked = (await service.GetAsync($"account/whoami?user_id=@_bridge_ghost:test.local&device_id={device}")).Ok;
        Assert.Equal("@_bridge_ghost:test.local", (string?)masked["user_id"]);
        Assert.Equal(device, (string?)masked["device_id"]);
        Assert.Equal(device, (string?)(await service.GetAsync($"account/whoami?user_id=@_bridge_ghost:test.local&org.matrix.msc3202.device_id={device}")).Ok["device_id"]);

        (await service.GetAsync("account/whoami?user_id=@_bridge_unregistered:test.local")).ShouldBe(403, "M_FORBIDDEN");
        (await service.GetAsync("account/whoami?user_id=@_bridge_ghost:elsewhere.test")).ShouldBe(403, "M_FORBIDDEN");
        (await service.GetAsync("account/whoami?user_id=@alice:test.local")).ShouldBe(403, "M_FORBIDDEN");
        (await service.GetAsync("account/whoami?user_id=nonsense")).ShouldBe(400, "M_INVALID_PARAM");
        (await service.GetAsync("account/whoami?user_id=@_bridge_ghost:test.local&device_id=OTHER")).ShouldBe(400, "M_UNKNOWN_DEVICE");
        (await service.GetAsync($"account/whoami?device_id={device}")).ShouldBe(400, "M_UNKNOWN_DEVICE");
    }

    [Fact]
    public async Task A_service_dates_the_events_that_it_sends()
    {
        var service = _test.As();
        var alice = await Server.RegisterAsync();
        var room = await service.CreateRoomAsync($$"""{"invite":["{{alice.UserId}}"]}""");
        _ = (await alice.InRoomAsync(room, "join")).Ok;

        var dated = (string)(await service.PutAsync($"rooms/{room}/send/m.room.message/1?ts=1234567", """{"body":"old"}""")).Ok["event_id"]!;
        var named = (string)(await service.PutAsync($"rooms/{room}/state/m.room.name?ts=7654321", """{"name":"old"}""")).Ok["event_id"]!;
        var undated = (string)(await alice.PutAsync($"rooms/{room}/send/m.room.message/1?ts=1234567", """{"body":"new"}""")).Ok["event_id"]!;

        Assert.Equal(1234567, (long)(await alice.GetAsync($"rooms/{room}/event/{dated}")).Ok["origin_server_ts"]!);
        Assert.Equal(7654321, (long)(await alice.GetAsync($"rooms/{room}/event/{named}")).Ok["origin_server_ts"]!);
        Assert.NotEqual(1234567, (long)(await alice.GetAsync($"rooms/{room}/event/{undated}")).Ok["origin_server_ts"]!);
        (await service.PutAsync($"rooms/{room}/send/m.room.message/2?ts=-1", "{}")).ShouldBe(400, "M_INVALID_PARAM");
    }

    [Fact]
    public async Task A_service_registers_and_logs_in_users_of_its_own_without_passwords()
    {
        Assert.Contains(
            (await _test.As().GetAsync("login")).Ok["flows"]!.AsArray(), static flow => (string?)flow!["type"] == "m.login.application_service");
        var quiet = (await RegisterAsync("_bridge_quiet", inhibitLogin: true)).Ok;
        Assert.False(quiet.ContainsKey("access_token"));

        var login = (await LoginAsync("@_bridge_quiet:test.local", TestAppService.Token)).Ok;
        var session = new TestUser(Server, Hybrid.Primitives.UserId.Parse("@_bridge_quiet:test.local"), (string)login["access_token"]!, (string)login["device_id"]!);
        Assert.Equal("@_bridge_quiet:test.local", (string?)(await session.GetAsync("account/whoami")).Ok["user_id"]);
        _ = (await LoginAsync("_bridge_quiet", TestAppService.Token)).Ok;

        (await RegisterAsync("_bridge_quiet")).ShouldBe(400, "M_USER_IN_USE");
        (await RegisterAsync("alice")).ShouldBe(400, "M_EXCLUSIVE");
        (await RegisterAsync(null)).ShouldBe(400, "M_MISSING_PARAM");
        (await RegisterAsync("_bridge_other", token: "wrong")).ShouldBe(401, "M_UNKNOWN_TOKEN");
        (await RegisterAsync("_bridge_other", token: null)).ShouldBe(401, "M_MISSING_TOKEN");
        (await LoginAsync("_bridge_quiet", null)).ShouldBe(401, "M_MISSING_TOKEN");
        (await LoginAsync("_bridge_quiet", "wrong")).ShouldBe(401, "M_UNKNOWN_TOKEN");
        (await LoginAsync("alice", TestAppService.Token)).ShouldBe(400, "M_EXCLUSIVE");
        (await LoginAsync("_bridge_nobody", TestAppService.Token)).ShouldBe(403, "M_FORBIDDEN");
        (await LoginAsync("_bridge_quiet", "quiet")).ShouldBe(400, "M_EXCLUSIVE");
    }

    [Fact]
    public async Task A_service_makes_and_deletes_devices_without_logging_in()
    {
        var service = _test.As();
        _ = (await RegisterAsync("_bridge_ghost", inhibitLogin: true)).Ok;
        const string Ghost = "user_id=@_bridge_ghost:test.local";

        Assert.Equal(201, (int)(await service.PutAsync($"devices/GHOST?{Ghost}", """{"display_name":"made"}""")).Status);
        _ = (await service.PutAsync($"devices/GHOST?{Ghost}", """{"display_name":"renamed"}""")).Ok;
        Assert.Equal("renamed", (string?)(await service.GetAsync($"devices/GHOST?{Ghost}")).Ok["display_name"]);
        Assert.Equal("GHOST", (string?)(await service.GetAsync($"account/whoami?{Ghost}&device_id=GHOST")).Ok["device_id"]);
        _ = (await service.SendAsync(HttpMethod.Delete, $"devices/GHOST?{Ghost}", "{}")).Ok;
        (await service.GetAsync($"devices/GHOST?{Ghost}")).ShouldBe(404, "M_NOT_FOUND");
        Assert.Equal(201, (int)(await service.PutAsync($"devices/GHOST?{Ghost}")).Status);
        _ = (await service.PostAsync($"delete_devices?{Ghost}", """{"devices":["GHOST"]}""")).Ok;

        var alice = await Server.RegisterAsync();
        (await alice.PutAsync("devices/NEW", """{"display_name":"no"}""")).ShouldBe(404, "M_NOT_FOUND");
        Assert.Equal(401, (int)(await alice.SendAsync(HttpMethod.Delete, $"devices/{alice.DeviceId}", "{}")).Status);
        Assert.Equal(401, (int)(await service.PostAsync($"account/password?{Ghost}", """{"new_password":"correct horse battery"}""")).Status);
    }

    [Fact]
    public async Task What_a_service_has_for_itself_nobody_else_takes()
    {
        var service = _test.As();
        var alice = await Server.RegisterAsync("alice");
        var room = await alice.CreateRoomAsync();
        var bridged = await service.CreateRoomAsync("""{"room_alias_name":"_bridge_room"}""");

        (await PostAsync(Register, """{"username":"reserved_name","password":"correct horse battery","auth":{"type":"m.login.dummy"}}""", null)).ShouldBe(400, "M_EXCLUSIVE");
        (await alice.GetAsync("register/available?username=reserved_name")).ShouldBe(400, "M_EXCLUSIVE");
        await Server.RegisterAsync("shared_name");
        (await alice.PutAsync($"directory/room/{Uri.EscapeDataString("#_bridge_mine:test.local")}", $$"""{"room_id":"{{room}}"}""")).ShouldBe(400, "M_EXCLUSIVE");
        (await alice.PostAsync("createRoom", """{"room_alias_name":"_bridge_mine"}""")).ShouldBe(400, "M_EXCLUSIVE");
        (await alice.DeleteAsync($"directory/room/{Uri.EscapeDataString("#_bridge_room:test.local")}")).ShouldBe(400, "M_EXCLUSIVE");
        (await service.PutAsync($"directory/room/{Uri.EscapeDataString("#other:test.local")}", $$"""{"room_id":"{{bridged}}"}""")).ShouldBe(400, "M_EXCLUSIVE");
        _ = (await service.PutAsync($"directory/room/{Uri.EscapeDataString("#_bridge_two:test.local")}", $$"""{"room_id":"{{bridged}}"}""")).Ok;
        _ = (await service.DeleteAsync($"directory/room/{Uri.EscapeDataString("#_bridge_room:test.local")}")).Ok;
    }

    [Fact]
    public async Task A_ping_goes_to_the_service_and_says_what_is_wrong()
    {
        var service = _test.As();
        const string Path = "/_matrix/client/v1/appservice/bridge/ping";

        var missing = await service.PostAsync(Path, """{"transaction_id":"meow"}""");
        missing.ShouldBe(502, "M_BAD_STATUS");
        Assert.Equal(404, (int)missing.Body["status"]!);
        Assert.Equal("""{"errcode":"M_UNRECOGNIZED"}""", (string?)missing.Body["body"]);
        _test.Answers["/base/_matrix/app/v1/ping"] = (200, "{}");
        Assert.True((long)(await service.PostAsync(Path, """{"transaction_id":"meow"}""")).Ok["duration_ms"]! >= 0);
        Assert.All(_test.Requests, static request => Assert.Equal(
            ("POST", "/base/_matrix/app/v1/ping", $"Bearer {TestAppService.HomeserverToken}", """{"transaction_id":"meow"}"""), request));

        var alice = await Server.RegisterAsync();
        (await alice.PostAsync(Path)).ShouldBe(403, "M_FORBIDDEN");
        (await service.PostAsync("/_matrix/client/v1/appservice/quiet/ping")).ShouldBe(403, "M_FORBIDDEN");
        (await service.PostAsync(Path, """{"transaction_id":1}""")).ShouldBe(400, "M_BAD_JSON");
        (await new TestUser(Server, service.UserId, "quiet", "none").PostAsync("/_matrix/client/v1/appservice/quiet/ping")).ShouldBe(400, "M_URL_NOT_SET");
        (await PostAsync(Path, "{}", null)).ShouldBe(401, "M_MISSING_TOKEN");
    }

    [Fact]
    public async Task Rooms_of_a_network_are_listed_where_it_is_asked_for()
    {
        var service = _test.As();
        var alice = await Server.RegisterAsync();
        var bridged = await service.CreateRoomAsync("""{"name":"bridged"}""");
        var own = await alice.CreateRoomAsync("""{"name":"own","visibility":"public"}""");
        var path = $"directory/list/appservice/libera/{Uri.EscapeDataString(bridged)}";

        _ = (await service.PutAsync(path, """{"visibility":"public"}""")).Ok;

        Assert.Equal([own], await ListAsync(alice, "{}"));
        Assert.Equal([bridged], await ListAsync(alice, """{"third_party_instance_id":"bridge|libera"}"""));
        Assert.Empty(await ListAsync(alice, """{"third_party_instance_id":"bridge|other"}"""));
        Assert.Equal(new[] { own, bridged }.Order(), (await ListAsync(alice, """{"include_all_networks":true}""")).Order());
        (await alice.PostAsync("publicRooms", """{"include_all_networks":true,"third_party_instance_id":"bridge|libera"}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PutAsync(path, """{"visibility":"public"}""")).ShouldBe(403, "M_FORBIDDEN");
        (await service.PutAsync(path, """{"visibility":"maybe"}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await service.PutAsync("directory/list/appservice/libera/!unknown:test.local", """{"visibility":"public"}""")).ShouldBe(404, "M_NOT_FOUND");

        _ = (await service.PutAsync(path, """{"visibility":"private"}""")).Ok;
        Assert.Empty(await ListAsync(alice, """{"third_party_instance_id":"bridge|libera"}"""));
    }

    [Fact]
    public async Task Clients_ask_the_services_of_a_network()
    {
        var alice = await Server.RegisterAsync();
        _test.Answers["/base/_matrix/app/v1/thirdparty/protocol/irc"] =
            (200, """{"user_fields":["nick"],"location_fields":["channel"],"icon":"mxc://a/b","field_types":{},"instances":[{"desc":"Libera","fields":{},"network_id":"libera"}]}""");
        _test.Answers["/base/_matrix/app/unstable/thirdparty/location/irc?channel=%23matrix"] = (200, """[{"alias":"#_bridge_matrix:test.local","protocol":"irc","fields":{}}]""");
        _test.Answers["/base/_matrix/app/v1/thirdparty/user?userid=%40_bridge_a%3Atest.local"] = (200, """[{"userid":"@_bridge_a:test.local","protocol":"irc","fields":{}}]""");
        _test.Answers["/base/_matrix/app/v1/thirdparty/location?alias=%23_bridge_a%3Atest.local"] = (200, "[]");
        _test.Answers["/base/_matrix/app/v1/thirdparty/user/xmpp"] = (200, "not JSON");

        var protocols = (await alice.GetAsync("thirdparty/protocols")).Ok;
        Assert.Equal(["irc"], protocols.Select(static protocol => protocol.Key));
        Assert.Equal("bridge|libera", (string?)protocols["irc"]!["instances"]![0]!["instance_id"]);
        Assert.Equal("nick", (string?)(await alice.GetAsync("thirdparty/protocol/irc")).Ok["user_fields"]![0]);
        Assert.Equal("#_bridge_matrix:test.local", (string?)(await ArrayAsync(alice, "thirdparty/location/irc?channel=%23matrix"))[0]!["alias"]);
        Assert.Equal("@_bridge_a:test.local", (string?)(await ArrayAsync(alice, "thirdparty/user?userid=@_bridge_a:test.local"))[0]!["userid"]);

        (await alice.GetAsync("thirdparty/protocol/unknown")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.GetAsync("thirdparty/protocol/xmpp")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.GetAsync("thirdparty/location/unknown")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.GetAsync("thirdparty/user/xmpp")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.GetAsync("thirdparty/location?alias=%23_bridge_a:test.local")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.GetAsync("thirdparty/location")).ShouldBe(400, "M_MISSING_PARAM");
        (await alice.GetAsync("thirdparty/user?userid=nonsense")).ShouldBe(400, "M_INVALID_PARAM");
        foreach (var path in (string[])["protocols", "protocol/irc", "location/irc", "user/irc", "location?alias=%23a:b", "user?userid=@a:b"])
        {
            using var anonymous = await Server.Http.GetAsync(new Uri($"/_matrix/client/v3/thirdparty/{path}", UriKind.Relative));
            Assert.Equal(401, (int)anonymous.StatusCode);
        }
    }

    static async Task<IEnumerable<string>> ListAsync(TestUser user, string body) =>
        (await user.PostAsync("publicRooms", body)).Ok["chunk"]!.AsArray().Select(static room => (string)room!["room_id"]!);

    Task<Answer> RegisterAsync(string? username, bool inhibitLogin = false, string? token = TestAppService.Token)
    {
        var body = new JsonObject { ["type"] = "m.login.application_service", ["inhibit_login"] = inhibitLogin };
        if (username is not null)
            body["username"] = username;
        return PostAsync(Register, body.ToJsonString(), token);
    }

    Task<Answer> LoginAsync(string user, string? token)
    {
        var body = new JsonObject
        {
            ["type"] = "m.login.application_service",
            ["identifier"] = new JsonObject { ["type"] = "m.id.user", ["user"] = user },
        };
        return PostAsync("/_matrix/client/v3/login", body.ToJsonString(), token);
    }

    async Task<Answer> PostAsync(string path, string body, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await Server.Http.SendAsync(request);
        return new Answer(response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    async Task<JsonArray> ArrayAsync(TestUser user, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/_matrix/client/v3/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        using var response = await Server.Http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsArray();
    }
}
