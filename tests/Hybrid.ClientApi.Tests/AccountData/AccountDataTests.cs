using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.AccountData;

public sealed class AccountDataTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task What_was_put_is_got_and_synced()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        _ = (await alice.PutAsync($"user/{alice.UserId}/account_data/org.example", """{"a":"ä"}""")).Ok;
        _ = (await alice.PutAsync($"user/{alice.UserId}/rooms/{Uri.EscapeDataString(room)}/account_data/org.example", """{"a":2}""")).Ok;

        Assert.Equal("ä", (string?)(await alice.GetAsync($"user/{alice.UserId}/account_data/org.example")).Ok["a"]);
        Assert.Equal(2, (int)(await alice.GetAsync($"user/{alice.UserId}/rooms/{Uri.EscapeDataString(room)}/account_data/org.example")).Ok["a"]!);
        var synced = (await alice.GetAsync("sync")).Ok;
        Assert.Contains(synced["account_data"]!["events"]!.AsArray(), entry => (string?)entry!["type"] == "org.example");
        Assert.Single(synced["rooms"]!["join"]![room]!["account_data"]!["events"]!.AsArray());
    }

    [Fact]
    public async Task It_is_the_users_own_and_some_of_it_the_servers()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());

        (await alice.PutAsync($"user/{bob.UserId}/account_data/org.example", "{}")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.GetAsync($"user/{bob.UserId}/account_data/org.example")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.GetAsync($"user/{alice.UserId}/account_data/org.example")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.PutAsync($"user/{alice.UserId}/account_data/m.push_rules", "{}")).ShouldBe(405, "M_BAD_JSON");
        (await alice.PutAsync($"user/{alice.UserId}/rooms/!r:test.local/account_data/m.fully_read", "{}")).ShouldBe(405, "M_BAD_JSON");
        (await alice.PutAsync($"user/{alice.UserId}/rooms/nonsense/account_data/org.example", "{}")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PutAsync($"user/{alice.UserId}/account_data/org.example", "[]")).ShouldBe(400, "M_BAD_JSON");
        (await alice.PutAsync($"user/{alice.UserId}/account_data/org.example", "{")).ShouldBe(400, "M_NOT_JSON");
    }

    [Fact]
    public async Task Tags_come_and_go_one_by_one()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var tags = $"user/{alice.UserId}/rooms/{Uri.EscapeDataString(room)}/tags";
        _ = (await alice.PutAsync($"{tags}/u.work", """{"order":0.5}""")).Ok;
        _ = (await alice.PutAsync($"{tags}/m.favourite")).Ok;
        _ = (await alice.DeleteAsync($"{tags}/m.favourite")).Ok;

        Assert.Equal("""{"tags":{"u.work":{"order":0.5}}}""", (await alice.GetAsync(tags)).Ok.ToJsonString());
        (await alice.PutAsync($"{tags}/u.work", """{"order":"last"}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync($"user/@other:test.local/rooms/{Uri.EscapeDataString(room)}/tags")).ShouldBe(403, "M_FORBIDDEN");
    }
}
