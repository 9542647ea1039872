using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Typing;

public sealed class TypingTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Typing_is_shown_to_the_room()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        _ = (await alice.PutAsync(Path(room, alice), """{"typing":true,"timeout":20000}""")).Ok;

        var events = (await bob.GetAsync("sync")).Ok["rooms"]!["join"]![room]!["ephemeral"]!["events"]!.AsArray();

        var typing = events.Single(entry => (string?)entry!["type"] == "m.typing")!;
        Assert.Equal(alice.UserId.Value, (string?)typing["content"]!["user_ids"]!.AsArray().Single());
    }

    [Fact]
    public async Task Only_members_type_and_only_for_themselves()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var room = await alice.CreateRoomAsync();

        (await bob.PutAsync(Path(room, bob), """{"typing":true,"timeout":1000}""")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.PutAsync(Path(room, bob), """{"typing":true,"timeout":1000}""")).ShouldBe(403, "M_FORBIDDEN");
    }

    [Theory]
    [InlineData("{}", "M_MISSING_PARAM")]
    [InlineData("""{"typing":"yes"}""", "M_BAD_JSON")]
    [InlineData("""{"typing":true,"timeout":"long"}""", "M_BAD_JSON")]
    [InlineData("typing", "M_NOT_JSON")]
    public async Task A_body_that_is_wrong_is_refused(string body, string errorCode)
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();

        (await alice.PutAsync(Path(room, alice), body)).ShouldBe(400, errorCode);
    }

    static string Path(string room, TestUser user) => $"rooms/{Uri.EscapeDataString(room)}/typing/{user.UserId}";
}
