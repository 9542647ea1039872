using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hybrid.Federation.Requests;
using Hybrid.Federation.Tests.Support;
using Hybrid.Tests.Shared;

namespace Hybrid.Federation.Tests.Reading;

/// <summary>What a server gets to read of another's rooms, over signed requests.</summary>
public sealed class RoomDataTests(ServerPair servers) : IClassFixture<ServerPair>
{
    [Fact]
    public async Task A_server_in_the_room_reads_events_state_and_what_authorizes_them()
    {
        var (room, bob) = await SharedRoomAsync();
        var said = await ServerPair.SayAsync(bob, room, "one");
        await ServerPair.SetStateAsync(bob, room, "m.room.topic", "", """{"topic":"later"}""");

        var transaction = (await servers.GetAsync(FederationPath.Of("federation/v1/event", said))).Answer!;
        Assert.Equal(servers.B.Name.Value, (string?)transaction["origin"]);
        var pdu = Assert.Single(transaction["pdus"]!.AsArray())!;
        Assert.Equal("one", (string?)pdu["content"]!["body"]);
        Assert.NotNull(pdu["signatures"]![servers.B.Name.Value]);

        var state = (await servers.GetAsync(StateOf("state", room, said))).Answer!;
        var types = state["pdus"]!.AsArray().Select(static entry => (string)entry!["type"]!).ToHashSet();
        Assert.Superset(new HashSet<string> { "m.room.create", "m.room.member", "m.room.power_levels", "m.room.join_rules", "m.room.history_visibility" }, types);
        Assert.DoesNotContain("m.room.topic", types);
        Assert.Equal(2, state["pdus"]!.AsArray().Count(static entry => (string)entry!["type"]! == "m.room.member"));

        var ids = (await servers.GetAsync(StateOf("state_ids", room, said))).Answer!;
        Assert.Equal(state["pdus"]!.AsArray().Count, ids["pdu_ids"]!.AsArray().Count);
        Assert.Equal(state["auth_chain"]!.AsArray().Count, ids["auth_chain_ids"]!.AsArray().Count);

        var chain = (await servers.GetAsync(FederationPath.Of("federation/v1/event_auth", room, said))).Answer!["auth_chain"]!.AsArray();

        // From room version 12 on, the create event is named by the room ID, and not among what authorizes.
        Assert.Equal(new HashSet<string> { "m.room.member", "m.room.power_levels" }, chain.Select(static entry => (string)entry!["type"]!).ToHashSet());
    }

    [Fact]
    public async Task A_server_in_the_room_reads_backwards()
    {
        var (room, bob) = await SharedRoomAsync();
        List<string> said = [];
        foreach (var text in (string[])["one", "two", "three"])
            said.Add(await ServerPair.SayAsync(bob, room, text));

        var backfill = FederationPath.WithQuery(FederationPath.Of("federation/v1/backfill", room), ("v", said[2]), ("limit", "2"));
        Assert.Equal(["three", "two"], Texts((await servers.GetAsync(backfill)).Answer!["pdus"]!));
        var missing = new JsonObject { ["earliest_events"] = new JsonArray(said[0]), ["latest_events"] = new JsonArray(said[2]) };
        Assert.Equal(["two"], Texts((await MissingAsync(room, missing)).Answer!["events"]!));

        var (status, near, _) = await servers.GetAsync(FederationPath.WithQuery(FederationPath.Of("federation/v1/timestamp_to_event", room), ("ts", "9999999999999"), ("dir", "b")));
        Assert.Equal((200, said[2]), (status, (string?)near!["event_id"]));
        Assert.Equal("M_NOT_FOUND", (await servers.GetAsync(FederationPath.WithQuery(FederationPath.Of("federation/v1/timestamp_to_event", room), ("ts", "9999999999999"), ("dir", "f")))).ErrorCode);
    }

    [Fact]
    public async Task A_server_that_is_not_in_the_room_or_kept_out_of_it_reads_nothing()
    {
        var bob = await servers.BobAsync();
        var foreign = await ServerPair.CreateRoomAsync(bob, """{"preset":"public_chat"}""");
        var said = await ServerPair.SayAsync(bob, foreign, "secret");
        var (shared, owner) = await SharedRoomAsync();
        var kept = await ServerPair.SayAsync(owner, shared, "kept");
        await ServerPair.SetStateAsync(owner, shared, "m.room.server_acl", "", """{"allow":["*"],"deny":["localhost"]}""");

        foreach (var (room, eventId) in new[] { (foreign, said), (shared, kept), ("!unknown:example.org", said) })
        {
            Assert.Equal((403, "M_FORBIDDEN"), Refusal(await servers.GetAsync(StateOf("state", room, eventId))));
            Assert.Equal((403, "M_FORBIDDEN"), Refusal(await servers.GetAsync(StateOf("state_ids", room, eventId))));
            Assert.Equal((403, "M_FORBIDDEN"), Refusal(await servers.GetAsync(FederationPath.Of("federation/v1/event", eventId))));
            Assert.Equal((403, "M_FORBIDDEN"), Refusal(await servers.GetAsync(FederationPath.Of("federation/v1/event_auth", room, eventId))));
            Assert.Equal((403, "M_FORBIDDEN"), Refusal(await servers.GetAsync(FederationPath.WithQuery(FederationPath.Of("federation/v1/backfill", room), ("v", eventId), ("limit", "5")))));
            Assert.Equal((403, "M_FORBIDDEN"), Refusal(await servers.GetAsync(FederationPath.WithQuery(FederationPath.Of("federation/v1/timestamp_to_event", room), ("ts", "1"), ("dir", "f")))));
            Assert.Equal((403, "M_FORBIDDEN"), Refusal(await MissingAsync(room, new JsonObject { ["earliest_events"] = new JsonArray(), ["latest_events"] = new JsonArray(eventId) })));
        }

        using var unsigned = await servers.B.Http.GetAsync(FederationPath.Of("federation/v1/event", said));
        Assert.Equal(HttpStatusCode.Unauthorized, unsigned.StatusCode);
    }

    [Fact]
    public async Task An_event_of_another_room_is_not_had_through_one_that_may_be_read()
    {
        var (room, bob) = await SharedRoomAsync();
        var secret = await ServerPair.SayAsync(bob, await ServerPair.CreateRoomAsync(bob), "secret");

        Assert.Equal((404, "M_NOT_FOUND"), Refusal(await servers.GetAsync(StateOf("state", room, secret))));
        Assert.Equal((404, "M_NOT_FOUND"), Refusal(await servers.GetAsync(StateOf("state_ids", room, secret))));
        Assert.Equal((404, "M_NOT_FOUND"), Refusal(await servers.GetAsync(FederationPath.Of("federation/v1/event_auth", room, secret))));
        Assert.Empty((await servers.GetAsync(FederationPath.WithQuery(FederationPath.Of("federation/v1/backfill", room), ("v", secret), ("limit", "5")))).Answer!["pdus"]!.AsArray());
        Assert.Empty((await MissingAsync(room, new JsonObject { ["earliest_events"] = new JsonArray(), ["latest_events"] = new JsonArray(secret) })).Answer!["events"]!.AsArray());
    }

    [Fact]
    public async Task Requests_that_make_no_sense_are_refused()
    {
        var (room, bob) = await SharedRoomAsync();
        var said = await ServerPair.SayAsync(bob, room, "x");
        var backfill = FederationPath.Of("federation/v1/backfill", room);
        var near = FederationPath.Of("federation/v1/timestamp_to_event", room);

        Assert.Equal("M_MISSING_PARAM", (await servers.GetAsync(FederationPath.Of("federation/v1/state", room))).ErrorCode);
        Assert.Equal("M_INVALID_PARAM", (await servers.GetAsync(StateOf("state_ids", room, "nonsense"))).ErrorCode);
        Assert.Equal("M_NOT_FOUND", (await servers.GetAsync(StateOf("state", room, "$none"))).ErrorCode);
        Assert.Equal("M_NOT_FOUND", (await servers.GetAsync(FederationPath.Of("federation/v1/event", "$none"))).ErrorCode);
        Assert.Equal("M_INVALID_PARAM", (await servers.GetAsync(FederationPath.Of("federation/v1/event", "none"))).ErrorCode);
        Assert.Equal("M_MISSING_PARAM", (await servers.GetAsync(FederationPath.WithQuery(backfill, ("v", said)))).ErrorCode);
        Assert.Equal("M_MISSING_PARAM", (await servers.GetAsync(FederationPath.WithQuery(backfill, ("limit", "1")))).ErrorCode);
        Assert.Equal("M_INVALID_PARAM", (await servers.GetAsync(FederationPath.WithQuery(backfill, ("v", said), ("limit", "0")))).ErrorCode);
        Assert.Equal("M_INVALID_PARAM", (await servers.GetAsync(FederationPath.WithQuery(backfill, ("v", "said"), ("limit", "1")))).ErrorCode);
        Assert.Equal("M_INVALID_PARAM", (await servers.GetAsync(FederationPath.WithQuery(backfill, [("limit", "1"), .. Enumerable.Repeat(("v", (string?)said), 101)]))).ErrorCode);
        Assert.Equal("M_MISSING_PARAM", (await servers.GetAsync(FederationPath.WithQuery(near, ("dir", "f")))).ErrorCode);
        Assert.Equal("M_INVALID_PARAM", (await servers.GetAsync(FederationPath.WithQuery(near, ("ts", "1"), ("dir", "up")))).ErrorCode);
        Assert.Equal("M_BAD_JSON", (await MissingAsync(room, [])).ErrorCode);
        Assert.Equal("M_BAD_JSON", (await MissingAsync(room, new JsonObject { ["earliest_events"] = null, ["latest_events"] = new JsonArray() })).ErrorCode);
        Assert.Equal("M_BAD_JSON", (await MissingAsync(room, new JsonObject { ["earliest_events"] = new JsonArray(7), ["latest_events"] = new JsonArray() })).ErrorCode);
        var many = new JsonArray([.. Enumerable.Repeat(said, 101).Select(static id => (JsonNode?)id)]);
        Assert.Equal("M_INVALID_PARAM", (await MissingAsync(room, new JsonObject { ["earliest_events"] = new JsonArray(), ["latest_events"] = many })).ErrorCode);
    }

    [Fact]
    public async Task Of_what_was_said_before_its_users_came_a_server_sees_the_outline_where_history_is_for_members()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var room = await ServerPair.CreateRoomAsync(
            bob, """{"preset":"public_chat","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"} }]}""");
        var before = await ServerPair.SayAsync(bob, room, "before");
        await alice.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}?via={Uri.EscapeDataString(servers.B.Name.Value)}", []);
        var after = await ServerPair.SayAsync(bob, room, "after");

        Assert.Equal("{}", await ContentAsync(before));
        Assert.Equal("after", (string?)JsonNode.Parse(await ContentAsync(after))!["body"]);
        var filled = (await servers.GetAsync(FederationPath.WithQuery(FederationPath.Of("federation/v1/backfill", room), ("v", after), ("limit", "100")))).Answer!["pdus"]!.AsArray();
        Assert.Equal([null, "after"], filled.Where(static pdu => (string)pdu!["type"]! == "m.room.message").Select(static pdu => (string?)pdu!["content"]!["body"]).Order(StringComparer.Ordinal));

        // With shared history, everything is for those who come later.
        await ServerPair.SetStateAsync(bob, room, "m.room.history_visibility", "", """{"history_visibility":"shared"}""");
        var shared = await ServerPair.SayAsync(bob, room, "shared");
        Assert.Equal("shared", (string?)JsonNode.Parse(await ContentAsync(shared))!["body"]);
        Assert.Equal("{}", await ContentAsync(before));

        async Task<string> ContentAsync(string eventId) =>
            (await servers.GetAsync(FederationPath.Of("federation/v1/event", eventId))).Answer!["pdus"]![0]!["content"]!.ToJsonString();
    }

    [Fact]
    public async Task An_invited_server_sees_from_the_invitation_on_where_history_is_for_the_invited()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var room = await ServerPair.CreateRoomAsync(
            bob, """{"preset":"private_chat","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"invited"} }]}""");
        var before = await ServerPair.SayAsync(bob, room, "before");
        await bob.CallAsync(HttpMethod.Post, $"rooms/{Uri.EscapeDataString(room)}/invite", new JsonObject { ["user_id"] = alice.UserId.Value });
        var invited = await ServerPair.SayAsync(bob, room, "invited");

        Assert.Equal((403, "M_FORBIDDEN"), Refusal(await servers.GetAsync(FederationPath.Of("federation/v1/event", invited))));
        await alice.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}?via={Uri.EscapeDataString(servers.B.Name.Value)}", []);

        Assert.Equal(["invited"], Texts((await servers.GetAsync(FederationPath.Of("federation/v1/event", invited))).Answer!["pdus"]!));
        Assert.Equal([null], Texts((await servers.GetAsync(FederationPath.Of("federation/v1/event", before))).Answer!["pdus"]!));
    }

    [Fact]
    public async Task What_erased_users_said_is_an_outline_for_every_server()
    {
        var (room, bob) = await SharedRoomAsync();
        var carol = await servers.BobAsync();
        await carol.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}", []);
        var said = await ServerPair.SayAsync(carol, room, "mine");
        var kept = await ServerPair.SayAsync(bob, room, "kept");
        await carol.CallAsync(HttpMethod.Post, "account/deactivate", new JsonObject
        {
            ["erase"] = true,
            ["auth"] = new JsonObject
            {
                ["type"] = "m.login.password",
                ["identifier"] = new JsonObject { ["type"] = "m.id.user", ["user"] = carol.UserId.Value },
                ["password"] = "correct horse battery",
            },
        });

        var pdu = (await servers.GetAsync(FederationPath.Of("federation/v1/event", said))).Answer!["pdus"]![0]!;
        Assert.Equal("{}", pdu["content"]!.ToJsonString());
        Assert.NotNull(pdu["signatures"]![servers.B.Name.Value]);
        Assert.Equal(["kept"], Texts((await servers.GetAsync(FederationPath.Of("federation/v1/event", kept))).Answer!["pdus"]!));
    }

    static IEnumerable<string?> Texts(JsonNode pdus) => pdus.AsArray().Select(static pdu => (string?)pdu!["content"]!["body"]);

    static (int, string?) Refusal((int Status, JsonNode? Answer, string? ErrorCode) answer) => (answer.Status, answer.ErrorCode);

    static string StateOf(string api, string room, string eventId) =>
        FederationPath.WithQuery(FederationPath.Of($"federation/v1/{api}", room), ("event_id", eventId));

    Task<(int Status, JsonNode? Answer, string? ErrorCode)> MissingAsync(string room, JsonObject body) =>
        servers.AskAsync(FederationRequest.Post(FederationPath.Of("federation/v1/get_missing_events", room), JsonSerializer.SerializeToUtf8Bytes(body)));

    // A room of Bob's that Alice is in too.
    async Task<(string Room, FederatedUser Bob)> SharedRoomAsync()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var room = await ServerPair.CreateRoomAsync(bob, """{"preset":"public_chat"}""");
        await alice.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}?via={Uri.EscapeDataString(servers.B.Name.Value)}", []);
        return (room, bob);
    }
}
