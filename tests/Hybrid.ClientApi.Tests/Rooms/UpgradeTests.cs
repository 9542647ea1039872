using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Rooms;

public sealed class UpgradeTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("10", "11")]
    [InlineData("11", "12")]
    [InlineData("12", "12")]
    [InlineData("12", "10")]
    public async Task The_new_room_takes_over_what_describes_the_old_one(string from, string to)
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var mallory = await server.RegisterAsync();
        var old = await alice.CreateRoomAsync($$$"""
            {
              "room_version": "{{{from}}}", "preset": "public_chat", "name": "Tea", "topic": "Leaves", "creation_content": {"m.federate": false},
              "initial_state": [
                {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}},
                {"type": "m.room.avatar", "content": {"url": "mxc://test.local/a"}},
                {"type": "m.room.server_acl", "content": {"allow": ["*"]}},
                {"type": "m.room.related_groups", "content": {"groups": ["+g:test.local"]}},
                {"type": "org.example.private", "content": {"a": 1}}
              ],
              "power_level_content_override": {"users": {{{(from == "12" ? "{}" : $$"""{"{{alice.UserId}}": 100}""")}}}, "kick": 60}
            }
            """);
        _ = (await bob.InRoomAsync(old, "join")).Ok;
        _ = (await alice.InRoomAsync(old, "ban", $$"""{"user_id":"{{mallory.UserId}}","reason":"spam"}""")).Ok;

        var replacement = await UpgradeAsync(alice, old, to);

        foreach (var type in (string[])["name", "topic", "encryption", "avatar", "server_acl", "related_groups", "join_rules", "history_visibility", "guest_access"])
        {
            var before = (await alice.GetStateAsync(old, $"m.room.{type}")).Ok.ToJsonString();
            Assert.Equal(before, (await alice.GetStateAsync(replacement, $"m.room.{type}")).Ok.ToJsonString());
        }

        (await alice.GetStateAsync(replacement, "org.example.private")).ShouldBe(404, "M_NOT_FOUND");
        var create = (await alice.GetStateAsync(replacement, "m.room.create")).Ok;
        Assert.Equal(to, (string?)create["room_version"]);
        Assert.Equal(old, (string?)create["predecessor"]!["room_id"]);
        Assert.StartsWith("$", (string?)create["predecessor"]!["event_id"], StringComparison.Ordinal);
        Assert.False((bool)create["m.federate"]!);
        var ban = (await alice.GetStateAsync(replacement, "m.room.member", mallory.UserId.Value)).Ok;
        Assert.Equal("ban", (string?)ban["membership"]);
        Assert.Equal("spam", (string?)ban["reason"]);
        Assert.Equal(replacement, (string?)(await bob.GetStateAsync(old, "m.room.tombstone")).Ok["replacement_room"]);
        var levels = (await alice.GetStateAsync(replacement, "m.room.power_levels")).Ok;
        Assert.Equal(60, (int)levels["kick"]!);
        Assert.Equal(to != "12", levels["users"]!.AsObject().ContainsKey(alice.UserId.Value));
        (await alice.GetStateAsync(replacement, "m.room.member", bob.UserId.Value)).ShouldBe(404, "M_NOT_FOUND");
        _ = (await bob.InRoomAsync(replacement, "join")).Ok;
        (await mallory.InRoomAsync(replacement, "join")).ShouldBe(403, "M_FORBIDDEN");
    }

    [Fact]
    public async Task Only_moderators_speak_and_invite_in_the_old_room()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        await bob.SayAsync(room, "before");

        await UpgradeAsync(alice, room, "12");

        (await bob.SendEventAsync(room, "m.room.message", "{}")).ShouldBe(403, "M_FORBIDDEN");
        var levels = (await alice.GetStateAsync(room, "m.room.power_levels")).Ok;
        Assert.Equal(50, (int)levels["events_default"]!);
        Assert.Equal(50, (int)levels["invite"]!);
    }

    [Fact]
    public async Task Aliases_and_the_place_in_the_directory_move()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"visibility":"public","room_alias_name":"moved"}""");
        _ = (await alice.PutAsync($"directory/room/{Uri.EscapeDataString("#moved-too:test.local")}", $$"""{"room_id":"{{room}}"}""")).Ok;
        _ = (await alice.SetStateAsync(
            room, "m.room.canonical_alias", "", """{"alias":"#moved:test.local","alt_aliases":["#moved-too:test.local"]}""")).Ok;

        var replacement = await UpgradeAsync(alice, room, "11");

        foreach (var alias in (string[])["#moved:test.local", "#moved-too:test.local"])
            Assert.Equal(replacement, (string?)(await alice.GetAsync($"directory/room/{Uri.EscapeDataString(alias)}")).Ok["room_id"]);
        Assert.Equal("{}", (await alice.GetStateAsync(room, "m.room.canonical_alias")).Ok.ToJsonString());
        var canonical = (await alice.GetStateAsync(replacement, "m.room.canonical_alias")).Ok;
        Assert.Equal("#moved:test.local", (string?)canonical["alias"]);
        Assert.Equal("#moved-too:test.local", (string?)canonical["alt_aliases"]![0]);
        Assert.Equal("private", (string?)(await alice.GetAsync($"directory/list/room/{Uri.EscapeDataString(room)}")).Ok["visibility"]);
        Assert.Equal("public", (string?)(await alice.GetAsync($"directory/list/room/{Uri.EscapeDataString(replacement)}")).Ok["visibility"]);
    }

    [Fact]
    public async Task A_space_keeps_its_children()
    {
        var alice = await server.RegisterAsync();
        var child = await alice.CreateRoomAsync();
        var gone = await alice.CreateRoomAsync();
        var space = await alice.CreateRoomAsync("""{"creation_content":{"type":"m.space"}}""");
        _ = (await alice.SetStateAsync(space, "m.space.child", child, """{"via":["test.local"]}""")).Ok;
        _ = (await alice.SetStateAsync(space, "m.space.child", gone, """{"via":["test.local"]}""")).Ok;
        _ = (await alice.SetStateAsync(space, "m.space.child", gone, "{}")).Ok;

        var replacement = await UpgradeAsync(alice, space, "12");

        Assert.Equal("m.space", (string?)(await alice.GetStateAsync(replacement, "m.room.create")).Ok["type"]);
        Assert.Equal("test.local", (string?)(await alice.GetStateAsync(replacement, "m.space.child", child)).Ok["via"]![0]);
        (await alice.GetStateAsync(replacement, "m.space.child", gone)).ShouldBe(404, "M_NOT_FOUND");
    }

    [Fact]
    public async Task Rules_tags_and_direct_chats_come_along_when_a_user_joins()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        _ = (await bob.PutAsync($"pushrules/global/room/{Uri.EscapeDataString(room)}", """{"actions":["notify"]}""")).Ok;
        _ = (await bob.PutAsync(
            $"pushrules/global/override/{Uri.EscapeDataString(room)}",
            $$"""{"actions":[],"conditions":[{"kind":"event_match","key":"room_id","pattern":"{{room}}"}]}""")).Ok;
        _ = (await bob.PutAsync($"user/{bob.UserId}/rooms/{room}/tags/m.favourite", """{"order":0.5}""")).Ok;
        _ = (await bob.PutAsync($"user/{bob.UserId}/account_data/m.direct", $$"""{"{{alice.UserId}}":["{{room}}"],"@else:test.local":["!x:test.local"]}""")).Ok;

        var replacement = await UpgradeAsync(alice, room, "12");
        Assert.Empty((await bob.GetAsync($"user/{bob.UserId}/rooms/{replacement}/tags")).Ok["tags"]!.AsObject());
        _ = (await bob.InRoomAsync(replacement, "join")).Ok;
        _ = (await bob.InRoomAsync(replacement, "leave")).Ok;
        _ = (await bob.InRoomAsync(replacement, "join")).Ok;

        Assert.Equal("""["notify"]""", (await bob.GetAsync($"pushrules/global/room/{Uri.EscapeDataString(replacement)}")).Ok["actions"]!.ToJsonString());
        var conditional = (await bob.GetAsync($"pushrules/global/override/{Uri.EscapeDataString(replacement)}")).Ok;
        Assert.Equal(replacement, (string?)conditional["conditions"]![0]!["pattern"]);
        Assert.Equal(0.5, (double)(await bob.GetAsync($"user/{bob.UserId}/rooms/{replacement}/tags")).Ok["tags"]!["m.favourite"]!["order"]!);
        var direct = (await bob.GetAsync($"user/{bob.UserId}/account_data/m.direct")).Ok;
        Assert.Equal([room, replacement], direct[alice.UserId.Value]!.AsArray().Select(static id => (string)id!));
        Assert.Single(direct["@else:test.local"]!.AsArray());
    }

    [Fact]
    public async Task Whoever_upgrades_to_version_12_is_its_creator_with_those_who_were_named()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var carol = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync($$"""
            {"room_version":"11","power_level_content_override":{"users":{"{{alice.UserId}}":100,"{{bob.UserId}}":100,"{{carol.UserId}}":50},"state_default":100} }
            """);

        var upgraded = (await alice.InRoomAsync(room, "upgrade", $$"""{"new_version":"12","additional_creators":["{{bob.UserId}}"]}""")).Ok;

        var replacement = (string)upgraded["replacement_room"]!;
        Assert.Equal([bob.UserId.Value], (await alice.GetStateAsync(replacement, "m.room.create")).Ok["additional_creators"]!.AsArray().Select(static id => (string)id!));
        var levels = (await alice.GetStateAsync(replacement, "m.room.power_levels")).Ok;
        Assert.Equal($$"""{"{{carol.UserId}}":50}""", levels["users"]!.ToJsonString());
        Assert.Equal(150, (int)levels["events"]!["m.room.tombstone"]!);
    }

    [Fact]
    public async Task A_weak_member_who_may_upgrade_is_no_stronger_afterwards()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync($$"""
            {
              "room_version": "10", "preset": "public_chat",
              "power_level_content_override": {
                "users": {"{{alice.UserId}}": 100, "{{bob.UserId}}": 20}, "events": {"m.room.tombstone": 20, "m.room.encryption": 90}, "state_default": 70
              },
              "initial_state": [{"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"} }]
            }
            """);
        _ = (await bob.InRoomAsync(room, "join")).Ok;

        var replacement = await UpgradeAsync(bob, room, "11");

        var levels = (await bob.GetStateAsync(replacement, "m.room.power_levels")).Ok;
        Assert.Equal(20, (int)levels["users"]![bob.UserId.Value]!);
        Assert.Equal(100, (int)levels["users"]![alice.UserId.Value]!);
        Assert.Equal("m.megolm.v1.aes-sha2", (string?)(await bob.GetStateAsync(replacement, "m.room.encryption")).Ok["algorithm"]);
        (await bob.SetStateAsync(replacement, "m.room.name", "", """{"name":"no"}""")).ShouldBe(403, "M_FORBIDDEN");
    }

    [Fact]
    public async Task What_cannot_be_upgraded_is_refused_and_left_alone()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var eve = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var rooms = (await alice.GetAsync("joined_rooms")).Ok["joined_rooms"]!.AsArray().Count;
        const string Body = """{"new_version":"12"}""";

        (await bob.InRoomAsync(room, "upgrade", Body)).ShouldBe(403, "M_FORBIDDEN");
        (await eve.InRoomAsync(room, "upgrade", Body)).ShouldBe(403, "M_FORBIDDEN");
        (await alice.InRoomAsync("!unknown:test.local", "upgrade", Body)).ShouldBe(403, "M_FORBIDDEN");
        (await alice.InRoomAsync(room, "upgrade", """{"new_version":"13"}""")).ShouldBe(400, "M_UNSUPPORTED_ROOM_VERSION");
        (await alice.InRoomAsync(room, "upgrade")).ShouldBe(400, "M_MISSING_PARAM");
        (await alice.InRoomAsync(room, "upgrade", """{"new_version":12}""")).ShouldBe(400, "M_BAD_JSON");
        (await alice.InRoomAsync(room, "upgrade", """{"new_version":"12","additional_creators":["nobody"]}""")).ShouldBe(400, "M_BAD_JSON");
        using var anonymous = await server.Http.PostAsync(new Uri($"/_matrix/client/v3/rooms/{room}/upgrade", UriKind.Relative), null);
        Assert.Equal(401, (int)anonymous.StatusCode);

        Assert.Equal(rooms, (await alice.GetAsync("joined_rooms")).Ok["joined_rooms"]!.AsArray().Count);
        (await alice.GetStateAsync(room, "m.room.tombstone")).ShouldBe(404, "M_NOT_FOUND");
    }

    static async Task<string> UpgradeAsync(TestUser user, string room, string version) =>
        (string)(await user.InRoomAsync(room, "upgrade", new JsonObject { ["new_version"] = version }.ToJsonString())).Ok["replacement_room"]!;
}
