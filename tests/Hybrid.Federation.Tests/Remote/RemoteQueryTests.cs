using System.Net;
using System.Text.Json.Nodes;
using Hybrid.Federation.Tests.Support;
using Hybrid.Tests.Shared;

namespace Hybrid.Federation.Tests.Remote;

/// <summary>What servers ask each other about users and aliases, and what their own users get to see of it.</summary>
public sealed class RemoteQueryTests(ServerPair servers) : IClassFixture<ServerPair>
{
    const string Query = "/_matrix/federation/v1/query/";

    [Fact]
    public async Task Profiles_of_another_servers_users_are_shown()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        await bob.CallAsync(HttpMethod.Put, $"profile/{bob.UserId}/displayname", new JsonObject { ["displayname"] = "Bob ü" });
        await bob.CallAsync(HttpMethod.Put, $"profile/{bob.UserId}/org.example.field", new JsonObject { ["org.example.field"] = new JsonArray(1, "two") });

        var whole = await alice.CallAsync(HttpMethod.Get, $"profile/{bob.UserId}");
        Assert.Equal("""{"displayname":"Bob ü","org.example.field":[1,"two"]}""", Sorted(whole));
        Assert.Equal("Bob ü", (string?)(await alice.CallAsync(HttpMethod.Get, $"profile/{bob.UserId}/displayname"))["displayname"]);
        Assert.Equal((404, "M_NOT_FOUND"), await RefusedAsync(alice, $"profile/{bob.UserId}/avatar_url"));
        Assert.Equal((404, "M_NOT_FOUND"), await RefusedAsync(alice, $"profile/@nobody:{servers.B.Name}"));
        Assert.Equal((502, "M_UNKNOWN"), await RefusedAsync(alice, "profile/@someone:127.0.0.1:1"));
    }

    [Fact]
    public async Task An_invited_user_of_another_server_is_shown_by_name()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        await bob.CallAsync(HttpMethod.Put, $"profile/{bob.UserId}/displayname", new JsonObject { ["displayname"] = "Bob of B" });
        var room = await ServerPair.CreateRoomAsync(alice);

        await alice.CallAsync(HttpMethod.Post, $"rooms/{Uri.EscapeDataString(room)}/invite", new JsonObject { ["user_id"] = bob.UserId.Value });

        var member = await alice.CallAsync(HttpMethod.Get, $"rooms/{Uri.EscapeDataString(room)}/state/m.room.member/{Uri.EscapeDataString(bob.UserId.Value)}");
        Assert.Equal(("invite", "Bob of B"), ((string?)member["membership"], (string?)member["displayname"]));
    }

    [Fact]
    public async Task A_profile_query_answers_whole_profiles_or_one_field_of_own_users_only()
    {
        var bob = await servers.BobAsync();
        await bob.CallAsync(HttpMethod.Put, $"profile/{bob.UserId}/displayname", new JsonObject { ["displayname"] = "B" });
        var of = Uri.EscapeDataString(bob.UserId.Value);

        Assert.Equal("""{"displayname":"B"}""", (await servers.GetAsync($"{Query}profile?user_id={of}")).Answer!.ToJsonString());
        Assert.Equal("""{"displayname":"B"}""", (await servers.GetAsync($"{Query}profile?user_id={of}&field=displayname")).Answer!.ToJsonString());
        Assert.Equal("{}", (await servers.GetAsync($"{Query}profile?user_id={of}&field=avatar_url")).Answer!.ToJsonString());
        Assert.Equal((404, "M_NOT_FOUND"), Refusal(await servers.GetAsync($"{Query}profile?user_id={Uri.EscapeDataString($"@none:{servers.B.Name}")}")));
        Assert.Equal((400, "M_INVALID_PARAM"), Refusal(await servers.GetAsync($"{Query}profile?user_id={Uri.EscapeDataString("@a:elsewhere.test")}")));
        Assert.Equal((400, "M_INVALID_PARAM"), Refusal(await servers.GetAsync($"{Query}profile?user_id=bob")));
        Assert.Equal((400, "M_MISSING_PARAM"), Refusal(await servers.GetAsync($"{Query}profile")));
        Assert.Equal((404, "M_NOT_FOUND"), Refusal(await servers.GetAsync($"{Query}client_keys")));
        using var unsigned = await servers.B.Http.GetAsync($"{Query}profile?user_id={of}");
        Assert.Equal(HttpStatusCode.Unauthorized, unsigned.StatusCode);
    }

    [Fact]
    public async Task A_server_may_keep_its_profiles_to_itself()
    {
        await using var closed = await FederatedServers.StartAsync(2, static settings => settings with { ProfilesOverFederation = false });
        var (alice, bob) = (await closed[0].RegisterAsync("alice"), await closed[1].RegisterAsync("bob"));

        Assert.Equal((403, "M_FORBIDDEN"), await RefusedAsync(alice, $"profile/{bob.UserId}"));
        _ = await bob.CallAsync(HttpMethod.Get, $"profile/{bob.UserId}");
    }

    [Fact]
    public async Task Aliases_of_another_server_lead_to_its_rooms()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var name = ServerPair.NewName("room");
        var room = await ServerPair.CreateRoomAsync(bob, $$"""{"room_alias_name":"{{name}}"}""");
        var alias = Uri.EscapeDataString($"#{name}:{servers.B.Name}");

        var resolved = await alice.CallAsync(HttpMethod.Get, $"directory/room/{alias}");
        Assert.Equal(room, (string?)resolved["room_id"]);
        Assert.Equal([servers.B.Name.Value], resolved["servers"]!.AsArray().Select(static server => (string)server!));
        Assert.Equal((404, "M_NOT_FOUND"), await RefusedAsync(alice, $"directory/room/{Uri.EscapeDataString($"#none:{servers.B.Name}")}"));

        Assert.Equal(room, (string?)(await servers.GetAsync($"{Query}directory?room_alias={alias}")).Answer!["room_id"]);
        Assert.Equal((404, "M_NOT_FOUND"), Refusal(await servers.GetAsync($"{Query}directory?room_alias={Uri.EscapeDataString($"#none:{servers.B.Name}")}")));
        Assert.Equal((400, "M_INVALID_PARAM"), Refusal(await servers.GetAsync($"{Query}directory?room_alias={Uri.EscapeDataString("#a:elsewhere.test")}")));
        Assert.Equal((400, "M_MISSING_PARAM"), Refusal(await servers.GetAsync($"{Query}directory")));
    }

    [Fact]
    public async Task A_room_may_be_called_by_aliases_of_other_servers_that_lead_to_it()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var (name, other) = (ServerPair.NewName("room"), ServerPair.NewName("room"));
        var room = await ServerPair.CreateRoomAsync(bob, $$"""{"preset":"public_chat","room_alias_name":"{{name}}"}""");
        await ServerPair.CreateRoomAsync(bob, $$"""{"room_alias_name":"{{other}}"}""");
        await alice.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString($"#{name}:{servers.B.Name}")}", []);
        var levels = await bob.CallAsync(HttpMethod.Get, $"rooms/{Uri.EscapeDataString(room)}/state/m.room.power_levels/");
        levels["users"]![alice.UserId.Value] = 50;
        await ServerPair.SetStateAsync(bob, room, "m.room.power_levels", "", levels.ToJsonString());
        var set = $"rooms/{Uri.EscapeDataString(room)}/state/m.room.canonical_alias/";

        // The levels come to the other server when they come.
        var (status, body) = await alice.SendAsync(HttpMethod.Put, set, Canonical(name));
        for (var tries = 0; status == 403 && tries < 100; tries++)
        {
            await alice.CallAsync(HttpMethod.Get, "sync?timeout=1000");
            (status, body) = await alice.SendAsync(HttpMethod.Put, set, Canonical(name));
        }

        Assert.True(status == 200, body.ToJsonString());
        foreach (var wrong in (string[])[other, "none"])
        {
            (status, body) = await alice.SendAsync(HttpMethod.Put, set, Canonical(wrong));
            Assert.Equal((400, "M_BAD_ALIAS"), (status, (string?)body["errcode"]));
        }

        JsonObject Canonical(string alias) => new() { ["alias"] = $"#{alias}:{servers.B.Name}" };
    }

    [Fact]
    public async Task An_OpenID_token_tells_another_service_who_its_user_is()
    {
        var bob = await servers.BobAsync();
        var token = (string)(await bob.CallAsync(HttpMethod.Post, $"user/{bob.UserId}/openid/request_token", []))["access_token"]!;
        const string UserInfo = "/_matrix/federation/v1/openid/userinfo";

        Assert.Equal($$"""{"sub":"{{bob.UserId}}"}""", await servers.B.Http.GetStringAsync($"{UserInfo}?access_token={token}"));
        foreach (var (query, code) in new[] { ("?access_token=wrong", "M_UNKNOWN_TOKEN"), ("", "M_MISSING_TOKEN") })
        {
            using var refused = await servers.B.Http.GetAsync(UserInfo + query);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Equal(code, (string?)JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["errcode"]);
        }
    }

    static string Sorted(JsonObject value) =>
        new JsonObject(value.OrderBy(static member => member.Key, StringComparer.Ordinal).Select(static member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())))
            .ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    static (int, string?) Refusal((int Status, JsonNode? Answer, string? ErrorCode) answer) => (answer.Status, answer.ErrorCode);

    static async Task<(int, string?)> RefusedAsync(FederatedUser user, string path)
    {
        var (status, body) = await user.SendAsync(HttpMethod.Get, path);
        return (status, (string?)body["errcode"]);
    }
}
