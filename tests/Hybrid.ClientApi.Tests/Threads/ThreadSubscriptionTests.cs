using System.Net;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Threads;

/// <summary>Threads that users follow (MSC4306), and their list (MSC4308).</summary>
public sealed class ThreadSubscriptionTests(TestServer server) : IClassFixture<TestServer>
{
    const string List = "/_matrix/client/unstable/io.element.msc4308/thread_subscriptions";

    [Fact]
    public async Task A_thread_is_followed_until_it_is_not()
    {
        var (alice, room, root) = await ThreadAsync();
        var path = Path(room, root);
        (await alice.GetAsync(path)).ShouldBe(404, "M_NOT_FOUND");
        (await alice.DeleteAsync(path)).Ok.Clear();

        (await alice.PutAsync(path)).Ok.Clear();
        Assert.Equal("""{"automatic":false}""", (await alice.GetAsync(path)).Ok.ToJsonString());
        (await alice.DeleteAsync(path)).Ok.Clear();
        (await alice.GetAsync(path)).ShouldBe(404, "M_NOT_FOUND");
    }

    [Fact]
    public async Task A_client_subscribes_by_itself_only_for_what_came_after_the_user_left()
    {
        var (alice, room, root) = await ThreadAsync();
        var path = Path(room, root);
        var first = await ReplyAsync(alice, room, root);
        (await alice.PutAsync(path, Automatic(first))).Ok.Clear();
        Assert.Equal("""{"automatic":true}""", (await alice.GetAsync(path)).Ok.ToJsonString());
        (await alice.DeleteAsync(path)).Ok.Clear();

        (await alice.PutAsync(path, Automatic(first))).ShouldBe(409, "IO.ELEMENT.MSC4306.M_CONFLICTING_UNSUBSCRIPTION");
        (await alice.GetAsync(path)).ShouldBe(404, "M_NOT_FOUND");
        (await alice.PutAsync(path, Automatic(await ReplyAsync(alice, room, root)))).Ok.Clear();
        Assert.Equal("""{"automatic":true}""", (await alice.GetAsync(path)).Ok.ToJsonString());
    }

    [Fact]
    public async Task What_is_not_right_is_refused()
    {
        var (alice, room, root) = await ThreadAsync();
        var path = Path(room, root);
        var stray = await alice.SayAsync(room, "not in the thread");
        var elsewhere = await alice.SayAsync(await alice.CreateRoomAsync(), "in another room");
        var stranger = await server.RegisterAsync();

        (await alice.PutAsync(path, Automatic(stray))).ShouldBe(400, "IO.ELEMENT.MSC4306.M_NOT_IN_THREAD");
        (await alice.PutAsync(path, Automatic(elsewhere))).ShouldBe(404, "M_NOT_FOUND");
        (await alice.PutAsync(path, Automatic("$unknown"))).ShouldBe(404, "M_NOT_FOUND");
        (await alice.PutAsync(path, """{"automatic":true}""")).ShouldBe(400, "M_BAD_JSON");
        (await alice.PutAsync(path, "[]")).ShouldBe(400, "M_BAD_JSON");
        (await alice.PutAsync(Path(room, elsewhere))).ShouldBe(404, "M_NOT_FOUND");
        (await alice.PutAsync(Path("!unknown:test.local", root))).ShouldBe(404, "M_NOT_FOUND");
        (await alice.PutAsync(Path(room, "nothing"))).ShouldBe(400, "M_INVALID_PARAM");
        (await stranger.PutAsync(path)).ShouldBe(404, "M_NOT_FOUND");
        (await stranger.GetAsync(path)).ShouldBe(404, "M_NOT_FOUND");
        (await stranger.DeleteAsync(path)).ShouldBe(404, "M_NOT_FOUND");
        using var anonymous = await server.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
    }

    [Fact]
    public async Task Changes_are_listed_from_the_newest_back()
    {
        var (alice, room, first) = await ThreadAsync();
        var second = await alice.SayAsync(room, "another root");
        await alice.PutAsync(Path(room, first));
        await alice.PutAsync(Path(room, second));
        await alice.DeleteAsync(Path(room, first));

        var page = (await alice.GetAsync(List + "?dir=b&limit=1")).Ok;
        Assert.Null(page["subscribed"]);
        var ended = page["unsubscribed"]![room]![first]!;
        var next = (await alice.GetAsync($"{List}?dir=b&limit=5&from={page["end"]}")).Ok;
        var followed = next["subscribed"]![room]![second]!;
        Assert.False((bool)followed["automatic"]!);
        Assert.True((long)followed["bump_stamp"]! < (long)ended["bump_stamp"]!);
        Assert.Null(next["unsubscribed"]);
        Assert.Null(next["end"]);
        Assert.Empty((await (await server.RegisterAsync()).GetAsync(List + "?dir=b")).Ok);

        // A client asks for what it missed since a sliding sync.
        var position = (string)(await alice.PostAsync("/_matrix/client/v4/sync")).Ok["pos"]!;
        Assert.Empty((await alice.GetAsync($"{List}?dir=b&to={position}")).Ok);
    }

    [Theory]
    [InlineData("", "M_MISSING_PARAM")]
    [InlineData("?dir=f", "M_INVALID_PARAM")]
    [InlineData("?dir=b&limit=0", "M_INVALID_PARAM")]
    [InlineData("?dir=b&limit=x", "M_INVALID_PARAM")]
    [InlineData("?dir=b&from=x", "M_INVALID_PARAM")]
    [InlineData("?dir=b&to=x", "M_INVALID_PARAM")]
    public async Task A_list_that_makes_no_sense_is_refused(string query, string error) =>
        (await (await server.RegisterAsync()).GetAsync(List + query)).ShouldBe(400, error);

    async Task<(TestUser Alice, string Room, string Root)> ThreadAsync()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        return (alice, room, await alice.SayAsync(room, "the root"));
    }

    static async Task<string> ReplyAsync(TestUser user, string room, string root) => (string)(await user.SendEventAsync(
        room, "m.room.message", $$$"""{"msgtype":"m.text","body":"reply","m.relates_to":{"rel_type":"m.thread","event_id":"{{{root}}}"}}""")).Ok["event_id"]!;

    static string Automatic(string eventId) => new JsonObject { ["automatic"] = eventId }.ToJsonString();

    static string Path(string room, string root) =>
        $"/_matrix/client/unstable/io.element.msc4306/rooms/{Uri.EscapeDataString(room)}/thread/{Uri.EscapeDataString(root)}/subscription";
}
