using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Receipts;

public sealed class ReceiptTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Read_markers_set_receipts_and_the_fully_read_marker_together()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var said = await alice.SayAsync(room, "x");
        _ = (await alice.InRoomAsync(room, "read_markers", $$"""{"m.fully_read":"{{said}}","m.read":"{{said}}","m.read.private":"{{said}}"}""")).Ok;

        var joined = (await alice.GetAsync("sync")).Ok["rooms"]!["join"]![room]!;

        var receipts = joined["ephemeral"]!["events"]!.AsArray().Single()!["content"]![said]!;
        Assert.NotNull(receipts["m.read"]![alice.UserId.Value]);
        Assert.NotNull(receipts["m.read.private"]![alice.UserId.Value]);
        var marker = joined["account_data"]!["events"]!.AsArray().Single(entry => (string?)entry!["type"] == "m.fully_read")!;
        Assert.Equal(said, (string?)marker["content"]!["event_id"]);
    }

    [Theory]
    [InlineData("m.read", """{"thread_id":1}""")]
    [InlineData("m.read", """{"thread_id":""}""")]
    [InlineData("m.read", """{"thread_id":"$elsewhere"}""")]
    [InlineData("m.fully_read", """{"thread_id":"main"}""")]
    [InlineData("m.seen", "{}")]
    public async Task Receipts_that_make_no_sense_are_refused(string type, string body)
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var said = await alice.SayAsync(room, "x");

        (await alice.InRoomAsync(room, $"receipt/{type}/{Uri.EscapeDataString(said)}", body)).ShouldBe(400, "M_INVALID_PARAM");
    }

    [Fact]
    public async Task Only_members_read_and_only_what_there_is()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var room = await alice.CreateRoomAsync();
        var said = await alice.SayAsync(room, "x");

        (await bob.InRoomAsync(room, $"receipt/m.read/{Uri.EscapeDataString(said)}")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.InRoomAsync(room, "receipt/m.read/%24unknown")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.InRoomAsync(room, "read_markers", """{"m.read":"no event ID"}""")).ShouldBe(400, "M_BAD_JSON");
    }
}
