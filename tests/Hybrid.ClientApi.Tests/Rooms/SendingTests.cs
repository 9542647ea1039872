using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Rooms;

public sealed class SendingTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_transaction_sends_once()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var path = $"rooms/{Uri.EscapeDataString(room)}/send/m.room.message/once";

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => alice.PutAsync(path, """{"msgtype":"m.text","body":"hi"}""")));

        Assert.Single(answers.Select(static answer => (string?)answer.Ok["event_id"]).Distinct());
    }

    [Fact]
    public async Task A_transaction_of_another_type_or_room_is_another_event()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var other = await alice.CreateRoomAsync();

        var sent = new[]
        {
            await alice.PutAsync($"rooms/{Uri.EscapeDataString(room)}/send/m.room.message/same"),
            await alice.PutAsync($"rooms/{Uri.EscapeDataString(room)}/send/m.sticker/same"),
            await alice.PutAsync($"rooms/{Uri.EscapeDataString(other)}/send/m.room.message/same"),
        };

        Assert.Equal(3, sent.Select(static answer => (string?)answer.Ok["event_id"]).Distinct().Count());
    }

    [Theory]
    [InlineData("""{"body":1.5}""", 400, "M_BAD_JSON")]
    [InlineData("""{"body":9007199254740992}""", 400, "M_BAD_JSON")]
    [InlineData("""{"body":1,"body":2}""", 400, "M_BAD_JSON")]
    [InlineData("""{"body":""", 400, "M_NOT_JSON")]
    [InlineData("\"text\"", 400, "M_BAD_JSON")]
    public async Task Content_that_has_no_canonical_form_is_refused(string content, int status, string errorCode)
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();

        (await alice.SendEventAsync(room, "m.room.message", content)).ShouldBe(status, errorCode);
    }

    [Fact]
    public async Task An_event_of_more_than_65536_bytes_is_too_large()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();

        (await alice.SendEventAsync(room, "m.room.message", $$"""{"body":"{{new string('x', 65_536)}}"}""")).ShouldBe(413, "M_TOO_LARGE");
        _ = (await alice.SendEventAsync(room, "m.room.message", $$"""{"body":"{{new string('x', 60_000)}}"}""")).Ok;
        (await alice.SendEventAsync(room, new string('t', 256), "{}")).ShouldBe(413, "M_TOO_LARGE");
        (await alice.SetStateAsync(room, "org.example.key", new string('k', 256), "{}")).ShouldBe(413, "M_TOO_LARGE");
    }

    [Fact]
    public async Task State_that_says_the_same_is_the_same_event()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();

        var first = (await alice.SetStateAsync(room, "m.room.topic", "", """{"topic":"Tea","b":1}""")).Ok;
        var again = (await alice.SetStateAsync(room, "m.room.topic", "", """{"b":1,"topic":"Tea"}""")).Ok;
        var other = (await alice.SetStateAsync(room, "m.room.topic", "", """{"topic":"Coffee"}""")).Ok;

        Assert.Equal((string?)first["event_id"], (string?)again["event_id"]);
        Assert.NotEqual((string?)first["event_id"], (string?)other["event_id"]);
    }

    [Fact]
    public async Task State_keys_keep_slashes_and_percent_signs()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();

        _ = (await alice.SetStateAsync(room, "org.example.key", "a/b%2Fc?d", """{"v":1}""")).Ok;

        Assert.Equal(1, (int)(await alice.GetStateAsync(room, "org.example.key", "a/b%2Fc?d")).Ok["v"]!);
        (await alice.GetStateAsync(room, "org.example.key", "a/b/c?d")).ShouldBe(404, "M_NOT_FOUND");
    }

    [Fact]
    public async Task Power_levels_decide_who_sends_what()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        (await bob.SendEventAsync(room, "m.room.message", "{}")).ShouldBe(403, "M_FORBIDDEN");
        _ = (await bob.InRoomAsync(room, "join")).Ok;

        _ = (await bob.SendEventAsync(room, "m.room.message", "{}")).Ok;
        (await bob.SetStateAsync(room, "m.room.name", "", """{"name":"Mine"}""")).ShouldBe(403, "M_FORBIDDEN");
        (await bob.SetStateAsync(room, "m.room.power_levels", "", $$$"""{"users":{"{{{bob.UserId}}}":100}}""")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.SetStateAsync(room, "m.room.canonical_alias", "", """{"alias":"#elsewhere:test.local"}""")).ShouldBe(400, "M_BAD_ALIAS");
    }

    [Fact]
    public async Task A_redaction_takes_the_content_away_for_everyone()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var secret = await bob.SayAsync(room, "secret");
        var other = await alice.SayAsync(room, "mine");

        (await bob.PutAsync(Redact(room, other, "r1"))).ShouldBe(403, "M_FORBIDDEN");
        (await bob.PutAsync(Redact(room, "$nothing", "r2"))).ShouldBe(404, "M_NOT_FOUND");
        var redaction = (string?)(await bob.PutAsync(Redact(room, secret, "r3"), """{"reason":"oops"}""")).Ok["event_id"];
        Assert.Equal(redaction, (string?)(await bob.PutAsync(Redact(room, secret, "r3"), """{"reason":"oops"}""")).Ok["event_id"]);

        var seen = (await alice.GetAsync($"rooms/{Uri.EscapeDataString(room)}/event/{Uri.EscapeDataString(secret)}")).Ok;
        Assert.Empty(seen["content"]!.AsObject());
        Assert.Equal(redaction, (string?)seen["unsigned"]!["redacted_because"]!["event_id"]);
        _ = (await alice.PutAsync(Redact(room, await bob.SayAsync(room, "spam"), "r4"))).Ok;
    }

    static string Redact(string room, string eventId, string transaction) =>
        $"rooms/{Uri.EscapeDataString(room)}/redact/{Uri.EscapeDataString(eventId)}/{transaction}";
}
