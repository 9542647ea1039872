using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Rooms;

public sealed class CreateRoomTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("private_chat", "invite", "can_join")]
    [InlineData("trusted_private_chat", "invite", "can_join")]
    [InlineData("public_chat", "public", "forbidden")]
    public async Task A_preset_decides_join_rule_history_and_guests(string preset, string joinRule, string guestAccess)
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync($$"""{"preset":"{{preset}}"}""");

        Assert.Equal(joinRule, (string?)(await alice.GetStateAsync(room, "m.room.join_rules")).Ok["join_rule"]);
        Assert.Equal("shared", (string?)(await alice.GetStateAsync(room, "m.room.history_visibility")).Ok["history_visibility"]);
        Assert.Equal(guestAccess, (string?)(await alice.GetStateAsync(room, "m.room.guest_access")).Ok["guest_access"]);
    }

    [Theory]
    [InlineData("10")]
    [InlineData("11")]
    [InlineData("12")]
    public async Task A_room_has_the_version_that_was_asked_for(string version)
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync($$"""{"room_version":"{{version}}","name":"Tea"}""");

        var create = (await alice.GetStateAsync(room, "m.room.create")).Ok;
        Assert.Equal(version, (string?)create["room_version"]);
        Assert.Equal(version == "10", create.ContainsKey("creator"));
        Assert.Equal(version != "12", room.Contains(':', StringComparison.Ordinal));
        Assert.Equal("Tea", (string?)(await alice.GetStateAsync(room, "m.room.name")).Ok["name"]);
    }

    [Fact]
    public async Task The_creator_of_a_version_12_room_stands_above_its_power_levels()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync($$"""{"preset":"trusted_private_chat","invite":["{{bob.UserId}}"]}""");

        var levels = (await alice.GetStateAsync(room, "m.room.power_levels")).Ok;
        Assert.Empty(levels["users"]!.AsObject());
        var create = (await alice.GetStateAsync(room, "m.room.create")).Ok;
        Assert.Equal([bob.UserId.Value], create["additional_creators"]!.AsArray().Select(static entry => (string)entry!));
    }

    [Fact]
    public async Task Invitations_initial_state_and_overrides_are_taken_over()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync($$$"""
            {
              "topic": "Leaves", "invite": ["{{{bob.UserId}}}"], "is_direct": true,
              "creation_content": {"m.federate": false, "type": "org.example.tearoom"},
              "initial_state": [{"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}],
              "power_level_content_override": {"events_default": 7}
            }
            """);

        var member = (await alice.GetStateAsync(room, "m.room.member", bob.UserId.Value)).Ok;
        Assert.Equal("invite", (string?)member["membership"]);
        Assert.True((bool)member["is_direct"]!);
        var create = (await alice.GetStateAsync(room, "m.room.create")).Ok;
        Assert.False((bool)create["m.federate"]!);
        Assert.Equal("org.example.tearoom", (string?)create["type"]);
        Assert.Equal("m.megolm.v1.aes-sha2", (string?)(await alice.GetStateAsync(room, "m.room.encryption")).Ok["algorithm"]);
        Assert.Equal(7, (int)(await alice.GetStateAsync(room, "m.room.power_levels")).Ok["events_default"]!);
        Assert.Equal("Leaves", (string?)(await alice.GetStateAsync(room, "m.room.topic")).Ok["topic"]);
    }

    [Fact]
    public async Task An_alias_is_claimed_with_the_room_or_the_room_is_not_made()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"room_alias_name":"tearoom"}""");
        Assert.Equal("#tearoom:test.local", (string?)(await alice.GetStateAsync(room, "m.room.canonical_alias")).Ok["alias"]);

        (await alice.PostAsync("createRoom", """{"room_alias_name":"tearoom"}""")).ShouldBe(400, "M_ROOM_IN_USE");
        Assert.Equal(room, (string?)(await alice.PostAsync("join/%23tearoom%3Atest.local")).Ok["room_id"]);
    }

    [Theory]
    [InlineData("""{"room_version":"0"}""", "M_UNSUPPORTED_ROOM_VERSION")]
    [InlineData("""{"room_version":"13"}""", "M_UNSUPPORTED_ROOM_VERSION")]
    [InlineData("""{"room_version":""}""", "M_UNSUPPORTED_ROOM_VERSION")]
    [InlineData("""{"preset":"nonsense"}""", "M_INVALID_PARAM")]
    [InlineData("""{"visibility":"maybe"}""", "M_INVALID_PARAM")]
    [InlineData("""{"invite":["nobody"]}""", "M_BAD_JSON")]
    [InlineData("""{"name":7}""", "M_BAD_JSON")]
    [InlineData("""{"initial_state":[{"type":"m.room.name","content":"x"}]}""", "M_BAD_JSON")]
    [InlineData("""{"power_level_content_override":{"users":{"nobody":5}}}""", "M_INVALID_ROOM_STATE")]
    [InlineData("""{"name":""", "M_NOT_JSON")]
    [InlineData("""[]""", "M_BAD_JSON")]
    public async Task What_cannot_be_a_room_is_refused_by_name(string body, string errorCode)
    {
        var alice = await server.RegisterAsync();

        (await alice.PostAsync("createRoom", body)).ShouldBe(400, errorCode);
    }

    [Fact]
    public async Task A_room_is_there_after_a_restart()
    {
        await using var own = new OwnServer();
        await own.Server.InitializeAsync();
        var alice = await own.Server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"name":"Tea"}""");
        var said = await alice.SayAsync(room, "before");

        await own.Server.RestartAsync();

        Assert.Equal("Tea", (string?)(await alice.GetStateAsync(room, "m.room.name")).Ok["name"]);
        var found = (await alice.GetAsync($"rooms/{Uri.EscapeDataString(room)}/event/{Uri.EscapeDataString(said)}")).Ok;
        Assert.Equal("before", (string?)found["content"]!["body"]);
        await alice.SayAsync(room, "after");
    }

    sealed class OwnServer : IAsyncDisposable
    {
        public TestServer Server { get; } = new();

        public async ValueTask DisposeAsync() => await Server.DisposeAsync();
    }
}
