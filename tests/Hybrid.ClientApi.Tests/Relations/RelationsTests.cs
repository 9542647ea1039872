using System.Net;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Relations;

public sealed class RelationsTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Relations_are_found_by_type_paged_and_followed()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var root = await alice.SayAsync(room, "root");
        var reply = await RelateAsync(alice, room, root, "m.thread");
        var onReply = await ReactAsync(alice, room, reply);
        var onRoot = await ReactAsync(alice, room, root);
        var path = $"/_matrix/client/v1/rooms/{Uri.EscapeDataString(room)}/relations/{Uri.EscapeDataString(root)}";

        var all = (await alice.GetAsync(path)).Ok;
        Assert.Equal([onRoot, reply], Ids(all));
        Assert.Null(all["recursion_depth"]);
        Assert.Equal([reply, onRoot], Ids((await alice.GetAsync($"{path}?dir=f")).Ok));
        Assert.Equal([reply], Ids((await alice.GetAsync($"{path}/m.thread")).Ok));
        Assert.Equal([onRoot], Ids((await alice.GetAsync($"{path}/m.annotation/m.reaction")).Ok));
        Assert.Empty(Ids((await alice.GetAsync($"{path}/m.annotation/m.other")).Ok));
        var deep = (await alice.GetAsync($"{path}?recurse=true")).Ok;
        Assert.Equal([onRoot, onReply, reply], Ids(deep));
        Assert.Equal(3, (int?)deep["recursion_depth"]);
        var first = (await alice.GetAsync($"{path}?limit=1")).Ok;
        Assert.Equal([onRoot], Ids(first));
        var second = (await alice.GetAsync($"{path}?limit=1&from={first["next_batch"]}")).Ok;
        Assert.Equal([reply], Ids(second));
        Assert.Null(second["next_batch"]);
        Assert.Equal((string?)first["next_batch"], (string?)second["prev_batch"]);
        (await alice.GetAsync($"{path}?limit=0")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync($"/_matrix/client/v1/rooms/{Uri.EscapeDataString(room)}/relations/$unknown")).ShouldBe(404, "M_NOT_FOUND");
    }

    [Fact]
    public async Task The_same_annotation_is_sent_once()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var (first, second) = (await alice.SayAsync(room, "first"), await alice.SayAsync(room, "second"));
        var sent = (string)(await AnnotateAsync(alice, first, "👍")).Ok["event_id"]!;

        (await AnnotateAsync(alice, first, "👍")).ShouldBe(400, "M_DUPLICATE_ANNOTATION");
        (await AnnotateAsync(alice, first, @"\ud83d\udc4d")).ShouldBe(400, "M_DUPLICATE_ANNOTATION");

        _ = (await AnnotateAsync(alice, first, "👎")).Ok;
        _ = (await AnnotateAsync(alice, second, "👍")).Ok;
        _ = (await AnnotateAsync(bob, first, "👍")).Ok;
        _ = (await AnnotateAsync(alice, first, "👍", "org.example.vote")).Ok;
        _ = (await alice.PutAsync($"rooms/{Uri.EscapeDataString(room)}/redact/{Uri.EscapeDataString(sent)}/r1")).Ok;
        _ = (await AnnotateAsync(alice, first, "👍")).Ok;
        (await AnnotateAsync(alice, first, "👍")).ShouldBe(400, "M_DUPLICATE_ANNOTATION");

        Task<Answer> AnnotateAsync(TestUser user, string target, string key, string type = "m.reaction") =>
            user.SendEventAsync(room, type, $$$"""{"m.relates_to":{"rel_type":"m.annotation","event_id":"{{{target}}}","key":"{{{key}}}"}}""");
    }

    [Fact]
    public async Task Of_annotations_sent_at_once_one_is_sent_and_a_repeated_transaction_gives_it_again()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var target = await alice.SayAsync(room, "hello");
        var content = $$$"""{"m.relates_to":{"rel_type":"m.annotation","event_id":"{{{target}}}","key":"+1"}}""";

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(number =>
            alice.PutAsync($"rooms/{Uri.EscapeDataString(room)}/send/m.reaction/once{number}", content)));

        var won = Array.FindIndex(answers, static answer => answer.ErrorCode is null);
        Assert.All(answers.Where((_, number) => number != won), static answer => answer.ShouldBe(400, "M_DUPLICATE_ANNOTATION"));
        var again = await alice.PutAsync($"rooms/{Uri.EscapeDataString(room)}/send/m.reaction/once{won}", content);
        Assert.Equal((string?)answers[won].Ok["event_id"], (string?)again.Ok["event_id"]);
    }

    [Fact]
    public async Task Threads_are_listed_with_their_summaries()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var first = await alice.SayAsync(room, "first");
        var second = await bob.SayAsync(room, "second");
        await RelateAsync(bob, room, second, "m.thread");
        var latest = await RelateAsync(bob, room, first, "m.thread");
        var path = $"/_matrix/client/v1/rooms/{Uri.EscapeDataString(room)}/threads";

        var page = (await alice.GetAsync($"{path}?limit=1")).Ok;
        Assert.Equal([first], Ids(page));
        var thread = page["chunk"]![0]!["unsigned"]!["m.relations"]!["m.thread"]!;
        Assert.Equal(1, (int?)thread["count"]);
        Assert.Equal(latest, (string?)thread["latest_event"]!["event_id"]);
        Assert.True((bool?)thread["current_user_participated"]);
        Assert.Equal([second], Ids((await alice.GetAsync($"{path}?from={page["next_batch"]}")).Ok));
        Assert.Equal([first], Ids((await alice.GetAsync($"{path}?include=participated")).Ok));
        (await alice.GetAsync($"{path}?include=mine")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync($"{path}?from=nonsense")).ShouldBe(400, "M_INVALID_PARAM");
    }

    [Fact]
    public async Task An_edit_is_bundled_and_a_redacted_one_no_longer()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var said = await alice.SayAsync(room, "tpyo");
        var edit = (string)(await alice.SendEventAsync(
            room, "m.room.message",
            $$$"""{"msgtype":"m.text","body":"* typo","m.new_content":{"msgtype":"m.text","body":"typo"},"m.relates_to":{"rel_type":"m.replace","event_id":"{{{said}}}"}}""")).Ok["event_id"]!;
        var path = $"rooms/{Uri.EscapeDataString(room)}/event/{Uri.EscapeDataString(said)}";

        var shown = (await alice.GetAsync(path)).Ok;
        Assert.Equal("tpyo", (string?)shown["content"]!["body"]);
        Assert.Equal(edit, (string?)shown["unsigned"]!["m.relations"]!["m.replace"]!["event_id"]);
        _ = (await alice.PutAsync($"rooms/{Uri.EscapeDataString(room)}/redact/{Uri.EscapeDataString(edit)}/r1")).Ok;
        Assert.Null((await alice.GetAsync(path)).Ok["unsigned"]!["m.relations"]);
        var redacted = (await alice.GetAsync($"rooms/{Uri.EscapeDataString(room)}/event/{Uri.EscapeDataString(edit)}")).Ok;
        Assert.Equal("{}", redacted["content"]!.ToJsonString());
        Assert.Equal("m.room.redaction", (string?)redacted["unsigned"]!["redacted_because"]!["type"]);
    }

    [Fact]
    public async Task The_same_annotation_is_refused_until_the_first_is_redacted()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var said = await alice.SayAsync(room, "good news");
        var first = await ReactAsync(alice, room, said);

        (await AnnotateAsync(alice, room, said, "m.reaction", "+")).ShouldBe(400, "M_DUPLICATE_ANNOTATION");
        _ = (await AnnotateAsync(bob, room, said, "m.reaction", "+")).Ok;
        _ = (await AnnotateAsync(alice, room, said, "m.reaction", "-")).Ok;
        _ = (await AnnotateAsync(alice, room, said, "org.example.mark", "+")).Ok;
        _ = (await AnnotateAsync(alice, room, first, "m.reaction", "+")).Ok;
        _ = (await alice.PutAsync($"rooms/{Uri.EscapeDataString(room)}/redact/{Uri.EscapeDataString(first)}/r2")).Ok;
        _ = (await AnnotateAsync(alice, room, said, "m.reaction", "+")).Ok;
    }

    [Fact]
    public async Task Of_the_same_annotation_sent_many_times_at_once_one_is_kept()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var said = await alice.SayAsync(room, "good news");

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => AnnotateAsync(alice, room, said, "m.reaction", "+")));
        Assert.Single(answers, static answer => answer.Status == HttpStatusCode.OK);
        foreach (var refused in answers.Where(static answer => answer.Status != HttpStatusCode.OK))
            refused.ShouldBe(400, "M_DUPLICATE_ANNOTATION");
    }

    static Task<Answer> AnnotateAsync(TestUser user, string room, string parent, string type, string key) => user.SendEventAsync(
        room, type, $$$"""{"m.relates_to":{"rel_type":"m.annotation","event_id":"{{{parent}}}","key":"{{{key}}}"}}""");

    static IEnumerable<string?> Ids(JsonObject page) => page["chunk"]!.AsArray().Select(static entry => (string?)entry!["event_id"]);

    static async Task<string> RelateAsync(TestUser user, string room, string parent, string relation) =>
        (string)(await user.SendEventAsync(
            room, "m.room.message",
            $$$"""{"msgtype":"m.text","body":"r","m.relates_to":{"rel_type":"{{{relation}}}","event_id":"{{{parent}}}"}}""")).Ok["event_id"]!;

    static async Task<string> ReactAsync(TestUser user, string room, string parent) =>
        (string)(await user.SendEventAsync(
            room, "m.reaction",
            $$$"""{"m.relates_to":{"rel_type":"m.annotation","event_id":"{{{parent}}}","key":"+"}}""")).Ok["event_id"]!;
}
