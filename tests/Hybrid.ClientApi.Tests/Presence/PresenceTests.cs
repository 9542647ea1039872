using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Presence;

public sealed class PresenceTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Presence_is_seen_by_those_who_share_a_room()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await alice.PutAsync($"presence/{alice.UserId}/status", """{"presence":"unavailable","status_msg":"away"}""")).Ok;
        (await bob.GetAsync($"presence/{alice.UserId}/status")).ShouldBe(403, "M_FORBIDDEN");
        _ = (await bob.InRoomAsync(room, "join")).Ok;

        var seen = (await bob.GetAsync($"presence/{alice.UserId}/status")).Ok;

        Assert.Equal("unavailable", (string?)seen["presence"]);
        Assert.Equal("away", (string?)seen["status_msg"]);
        Assert.False((bool)seen["currently_active"]!);
    }

    [Fact]
    public async Task A_sync_marks_its_user_online_unless_told_otherwise()
    {
        var alice = await server.RegisterAsync();
        _ = (await alice.GetAsync("sync?set_presence=offline")).Ok;
        Assert.Equal("offline", (string?)(await alice.GetAsync($"presence/{alice.UserId}/status")).Ok["presence"]);
        _ = (await alice.GetAsync("sync")).Ok;
        Assert.Equal("online", (string?)(await alice.GetAsync($"presence/{alice.UserId}/status")).Ok["presence"]);
    }

    [Fact]
    public async Task Presence_that_is_wrong_or_of_others_is_refused()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());

        (await alice.PutAsync($"presence/{bob.UserId}/status", """{"presence":"online"}""")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.PutAsync($"presence/{alice.UserId}/status", """{"presence":"asleep"}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PutAsync($"presence/{alice.UserId}/status")).ShouldBe(400, "M_MISSING_PARAM");
    }
}
