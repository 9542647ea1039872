using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Search;

public sealed class MessageSearchTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Words_are_found_whatever_case_and_accents_and_by_their_beginnings()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var coffee = await alice.SayAsync(room, "Un Café crème, s'il vous plaît");
        var tea = await alice.SayAsync(room, "Tea is what I drink");

        Assert.Equal([coffee], await FindAsync(alice, "cafe"));
        Assert.Equal([coffee], await FindAsync(alice, "CREM plait"));
        Assert.Equal([tea], await FindAsync(alice, "drin"));
        Assert.Empty(await FindAsync(alice, "rink"));
        Assert.Empty(await FindAsync(alice, "cafe tea"));
        Assert.Empty(await FindAsync(alice, "  \"* OR -- "));
        Assert.Equal(["Café"], Highlights(await SearchAsync(alice, "cafe")));
    }

    [Fact]
    public async Task Parts_of_Chinese_Japanese_and_Korean_texts_are_found()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var chinese = await alice.SayAsync(room, "全文检索可以找到消息");
        var japanese = await alice.SayAsync(room, "iPhoneで検索する");
        var korean = await alice.SayAsync(room, "메시지를 검색합니다");

        Assert.Equal([chinese], await FindAsync(alice, "检"));
        Assert.Equal([chinese], await FindAsync(alice, "息"));
        Assert.Equal([chinese], await FindAsync(alice, "检索"));
        Assert.Equal([chinese], await FindAsync(alice, "可以找到"));
        Assert.Equal([japanese], await FindAsync(alice, "検索"));
        Assert.Equal([japanese], await FindAsync(alice, "iphone 索"));
        Assert.Equal([korean], await FindAsync(alice, "검색"));
        Assert.Equal([korean], await FindAsync(alice, "지"));
        Assert.Empty(await FindAsync(alice, "索检"));
    }

    [Fact]
    public async Task Names_and_topics_are_found_and_keys_choose_among_them()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"name":"Gardening","topic":"Gardening tips"}""");
        var body = await alice.SayAsync(room, "gardening is fun");

        Assert.Equal(3, (await FindAsync(alice, "gardening")).Length);
        Assert.Equal([body], await FindAsync(alice, "gardening", """,{"keys":["content.body"]}"""));
        Assert.Equal(["m.room.name"], Types(await SearchAsync(alice, "gardening", """,{"keys":["content.name"]}""")));
        Assert.Equal(["m.room.topic"], Types(await SearchAsync(alice, "gardening", """,{"keys":["content.topic"]}""")));
        Assert.Empty(await FindAsync(alice, "gardening", """,{"keys":[]}"""));
        Assert.Equal([body], await FindAsync(alice, "gardening", """,{"filter":{"types":["m.room.mess*"]}}"""));
    }

    [Fact]
    public async Task Only_what_the_user_may_see_is_found()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var eve = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync(
            """{"preset":"public_chat","initial_state":[{"type":"m.room.history_visibility","state_key":"","content":{"history_visibility":"joined"}}]}""");
        var before = await alice.SayAsync(room, "walrus before");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var during = await alice.SayAsync(room, "walrus during");
        _ = (await bob.InRoomAsync(room, "leave")).Ok;
        var after = await alice.SayAsync(room, "walrus after");

        Assert.Equal([after, during, before], await FindAsync(alice, "walrus", Recent));
        Assert.Equal([during], await FindAsync(bob, "walrus", Recent));
        Assert.Empty(await FindAsync(eve, "walrus", Recent));

        _ = (await bob.InRoomAsync(room, "forget")).Ok;
        Assert.Empty(await FindAsync(bob, "walrus", Recent));
    }

    [Fact]
    public async Task Edits_change_what_is_found_and_redactions_take_it_away()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var message = await alice.SayAsync(room, "the quick wolf");
        var edit = await EditAsync(alice, room, message, "the quick lynx");

        Assert.Empty(await FindAsync(alice, "wolf"));
        Assert.Equal([message], await FindAsync(alice, "lynx"));
        Assert.Equal(["lynx"], Highlights(await SearchAsync(alice, "lynx")));

        // Without the edit the message is what it was.
        _ = (await alice.PutAsync($"rooms/{room}/redact/{Uri.EscapeDataString(edit)}/r1")).Ok;
        Assert.Empty(await FindAsync(alice, "lynx"));
        Assert.Equal([message], await FindAsync(alice, "wolf"));

        _ = (await alice.PutAsync($"rooms/{room}/redact/{Uri.EscapeDataString(message)}/r2")).Ok;
        Assert.Empty(await FindAsync(alice, "wolf"));
        Assert.Empty(await FindAsync(alice, "quick"));
    }

    [Fact]
    public async Task An_edit_by_someone_else_changes_nothing()
    {
        var (alice, bob, room) = await PairAsync();
        var message = await alice.SayAsync(room, "ostrich one");
        _ = await EditAsync(bob, room, message, "emu two");

        Assert.Equal([message], await FindAsync(alice, "ostrich"));
        Assert.Empty(await FindAsync(alice, "emu"));
    }

    [Fact]
    public async Task What_ignored_users_say_is_not_found()
    {
        var (alice, bob, room) = await PairAsync();
        var message = await bob.SayAsync(room, "pelican");
        Assert.Equal([message], await FindAsync(alice, "pelican"));

        _ = (await alice.PutAsync(
            $"user/{alice.UserId}/account_data/m.ignored_user_list", $$$$"""{"ignored_users":{"{{{{bob.UserId}}}}":{}}}""")).Ok;
        Assert.Empty(await FindAsync(alice, "pelican"));
    }

    [Fact]
    public async Task The_newest_come_in_pages()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var said = new List<string>();
        for (var i = 0; i < 7; i++)
            said.Insert(0, await alice.SayAsync(room, $"badger {i}"));

        var found = new List<string>();
        string? next = null;
        do
        {
            var page = await SearchAsync(alice, "badger", """,{"order_by":"recent","filter":{"limit":3}}""", next);
            Assert.Equal(7, (int?)page["count"]);
            found.AddRange(Ids(page));
            next = (string?)page["next_batch"];
        }
        while (next is not null);

        Assert.Equal(said, found);
    }

    [Fact]
    public async Task Groups_hold_the_results_of_a_room_and_of_a_sender()
    {
        var (alice, bob, room) = await PairAsync();
        var other = await alice.CreateRoomAsync();
        var first = await alice.SayAsync(room, "heron");
        var second = await bob.SayAsync(room, "heron");
        var third = await alice.SayAsync(other, "heron");

        var found = await SearchAsync(
            alice, "heron", """,{"order_by":"recent","groupings":{"group_by":[{"key":"room_id"},{"key":"sender"}]},"filter":{"limit":2}}""");

        Assert.Equal([third, second], Ids(found));
        var groups = found["groups"]!;
        Assert.Equal([third], Strings(groups["room_id"]![other]!["results"]!));
        Assert.Equal(1, (int?)groups["room_id"]![other]!["order"]);
        Assert.Equal([second], Strings(groups["room_id"]![room]!["results"]!));
        Assert.Equal([second], Strings(groups["sender"]![bob.UserId.Value]!["results"]!));

        var more = await SearchAsync(alice, "heron", Recent, (string?)groups["room_id"]![room]!["next_batch"]);
        Assert.Equal([first], Ids(more));
    }

    [Fact]
    public async Task The_best_match_comes_first()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var best = await alice.SayAsync(room, "otter otter otter");
        _ = await alice.SayAsync(room, "an otter among a great many other animals that live beside the long river");

        var found = await SearchAsync(alice, "otter");

        Assert.Equal(best, Ids(found)[0]);
        Assert.True((double)found["results"]![0]!["rank"]! > (double)found["results"]![1]!["rank"]!);
    }

    [Fact]
    public async Task Context_comes_with_the_profiles_of_that_time()
    {
        var (alice, bob, room) = await PairAsync();
        _ = (await bob.PutAsync($"profile/{bob.UserId}/displayname", """{"displayname":"Bob then"}""")).Ok;
        var before = await bob.SayAsync(room, "before");
        var hit = await alice.SayAsync(room, "flamingo");
        var after = await bob.SayAsync(room, "after");
        _ = await bob.SayAsync(room, "later");
        _ = (await bob.PutAsync($"profile/{bob.UserId}/displayname", """{"displayname":"Bob now"}""")).Ok;

        var found = await SearchAsync(alice, "flamingo", """,{"event_context":{"before_limit":1,"after_limit":1,"include_profile":true}}""");

        var result = Assert.Single(found["results"]!.AsArray())!;
        Assert.Equal(hit, (string?)result["result"]!["event_id"]);
        Assert.Equal(room, (string?)result["result"]!["room_id"]);
        var context = result["context"]!;
        Assert.Equal(before, (string?)Assert.Single(context["events_before"]!.AsArray())!["event_id"]);
        Assert.Equal(after, (string?)Assert.Single(context["events_after"]!.AsArray())!["event_id"]);
        Assert.Equal("Bob then", (string?)context["profile_info"]![bob.UserId.Value]!["displayname"]);
        Assert.NotNull(context["profile_info"]![alice.UserId.Value]);
        var older = (await alice.GetAsync($"rooms/{room}/messages?dir=b&limit=1&from={context["start"]}")).Ok;
        Assert.Equal("m.room.member", (string?)older["chunk"]![0]!["type"]);
        var newer = (await alice.GetAsync($"rooms/{room}/messages?dir=f&limit=1&from={context["end"]}")).Ok;
        Assert.Equal("later", (string?)newer["chunk"]![0]!["content"]!["body"]);
    }

    [Fact]
    public async Task State_comes_when_it_is_asked_for()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"name":"Zoo"}""");
        _ = await alice.SayAsync(room, "giraffe");

        Assert.Null((await SearchAsync(alice, "giraffe"))["state"]);
        var state = (await SearchAsync(alice, "giraffe", """,{"include_state":true}"""))["state"]![room]!.AsArray();

        Assert.Contains(state, static entry => (string?)entry!["type"] == "m.room.name");
    }

    [Fact]
    public async Task A_search_in_an_upgraded_room_looks_into_its_predecessors()
    {
        var alice = await server.RegisterAsync();
        var old = await alice.CreateRoomAsync();
        var said = await alice.SayAsync(old, "mammoth");
        var room = await alice.CreateRoomAsync($$$$"""{"creation_content":{"predecessor":{"room_id":"{{{{old}}}}","event_id":"{{{{said}}}}"}}}""");
        var other = await alice.CreateRoomAsync();

        Assert.Equal([said], await FindAsync(alice, "mammoth", $$$""",{"filter":{"rooms":["{{{room}}}"]}}"""));
        Assert.Empty(await FindAsync(alice, "mammoth", $$$""",{"filter":{"rooms":["{{{other}}}"]}}"""));
        Assert.Empty(await FindAsync(alice, "mammoth", $$$""",{"filter":{"not_rooms":["{{{old}}}"]}}"""));
    }

    [Fact]
    public async Task Requests_that_make_no_sense_are_refused()
    {
        var alice = await server.RegisterAsync();

        (await alice.PostAsync("search", "{}")).ShouldBe(400, "M_BAD_JSON");
        (await alice.PostAsync("search", "[")).ShouldBe(400, "M_NOT_JSON");
        (await alice.PostAsync("search", """{"search_categories":{"room_events":{}}}""")).ShouldBe(400, "M_BAD_JSON");
        (await PostAsync(alice, "x", """,{"order_by":"size"}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await PostAsync(alice, "x", """,{"keys":["content.url"]}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await PostAsync(alice, "x", """,{"groupings":{"group_by":[{"key":"type"}]}}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await PostAsync(alice, "x", """,{"event_context":{"before_limit":-1}}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await PostAsync(alice, "x", "", "nonsense")).ShouldBe(400, "M_INVALID_PARAM");
        Assert.Empty((await alice.PostAsync("search", """{"search_categories":{}}""")).Ok["search_categories"]!.AsObject());
        var stranger = new TestUser(server, alice.UserId, "no-token", alice.DeviceId);
        (await PostAsync(stranger, "x", "")).ShouldBe(401, "M_UNKNOWN_TOKEN");
    }

    [Fact]
    public async Task What_an_erased_user_said_is_not_found()
    {
        var (alice, bob, room) = await PairAsync();
        var said = await bob.SayAsync(room, "dodo");
        Assert.Equal([said], await FindAsync(alice, "dodo"));

        _ = (await bob.PostAsync("account/deactivate", $$$"""
            {"erase":true,"auth":{"type":"m.login.password","identifier":{"type":"m.id.user","user":"{{{bob.UserId}}}"},"password":"correct horse battery"}}
            """)).Ok;
        Assert.Empty(await FindAsync(alice, "dodo"));
    }

    const string Recent = """,{"order_by":"recent"}""";

    static async Task<string> EditAsync(TestUser user, string room, string target, string text) =>
        (string)(await user.SendEventAsync(room, "m.room.message", $$$"""
            {"msgtype":"m.text","body":"* {{{text}}}","m.new_content":{"msgtype":"m.text","body":"{{{text}}}"},
             "m.relates_to":{"rel_type":"m.replace","event_id":"{{{target}}}"}}
            """)).Ok["event_id"]!;

    static async Task<string[]> FindAsync(TestUser user, string term, string more = "") => Ids(await SearchAsync(user, term, more));

    static async Task<JsonObject> SearchAsync(TestUser user, string term, string more = "", string? next = null) =>
        (await PostAsync(user, term, more, next)).Ok["search_categories"]!["room_events"]!.AsObject();

    // More criteria come as an object after a comma, for the sake of readable tests.
    static Task<Answer> PostAsync(TestUser user, string term, string more, string? next = null)
    {
        var criteria = more == "" ? new JsonObject() : JsonNode.Parse(more[1..])!.AsObject();
        criteria["search_term"] = term;
        var body = new JsonObject { ["search_categories"] = new JsonObject { ["room_events"] = criteria } };
        return user.PostAsync(next is null ? "search" : $"search?next_batch={Uri.EscapeDataString(next)}", body.ToJsonString());
    }

    static string[] Ids(JsonObject found) => [.. found["results"]!.AsArray().Select(static result => (string)result!["result"]!["event_id"]!)];

    static string[] Types(JsonObject found) => [.. found["results"]!.AsArray().Select(static result => (string)result!["result"]!["type"]!)];

    static string[] Highlights(JsonObject found) => Strings(found["highlights"]!);

    static string[] Strings(JsonNode list) => [.. list.AsArray().Select(static item => (string)item!)];

    async Task<(TestUser Alice, TestUser Bob, string Room)> PairAsync()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        return (alice, bob, room);
    }
}
