using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Rooms;

public sealed class MutualRoomsTests(TestServer server) : IClassFixture<TestServer>
{
    const string Path = "/_matrix/client/v1/mutual_rooms";

    [Fact]
    public async Task Rooms_that_both_have_joined_are_listed_in_pages()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var mutual = new List<string>();
        for (var i = 0; i < 102; i++)
        {
            var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
            _ = (await bob.InRoomAsync(room, "join")).Ok;
            mutual.Add(room);
        }

        await alice.CreateRoomAsync($$"""{"invite":["{{bob.UserId}}"]}""");
        var left = mutual[^1];
        mutual.Remove(left);
        _ = (await bob.InRoomAsync(left, "leave")).Ok;

        var first = (await alice.GetAsync($"{Path}?user_id={bob.UserId}")).Ok;
        var second = (await alice.GetAsync($"{Path}?user_id={bob.UserId}&from={Uri.EscapeDataString((string)first["next_batch"]!)}")).Ok;

        Assert.Equal(101, (int)first["count"]!);
        var listed = first["joined"]!.AsArray().Concat(second["joined"]!.AsArray()).Select(static id => (string)id!);
        Assert.Equal(mutual.Order(StringComparer.Ordinal), listed);
        Assert.Single(second["joined"]!.AsArray());
        Assert.False(second.ContainsKey("next_batch"));
    }

    [Fact]
    public async Task Users_without_rooms_in_common_have_none_and_nonsense_is_refused()
    {
        var alice = await server.RegisterAsync();
        await alice.CreateRoomAsync();

        var none = (await alice.GetAsync($"{Path}?user_id=@nobody:elsewhere.test")).Ok;
        Assert.Empty(none["joined"]!.AsArray());
        Assert.Equal(0, (int)none["count"]!);
        _ = (await alice.GetAsync("/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms?user_id=@nobody:test.local")).Ok;
        (await alice.GetAsync(Path)).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync($"{Path}?user_id=nobody")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync($"{Path}?user_id={alice.UserId}")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync($"{Path}?user_id=@b:test.local&from=nonsense")).ShouldBe(400, "M_INVALID_PARAM");
        using var anonymous = await server.Http.GetAsync(new Uri($"{Path}?user_id=@b:test.local", UriKind.Relative));
        Assert.Equal(401, (int)anonymous.StatusCode);
    }
}
