using System.Text.Json.Nodes;
using Hybrid.Federation.Requests;
using Hybrid.Federation.Tests.Support;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests.Joins;

/// <summary>Joins of rooms whose members are left out of the answer (MSC3706), while the rest of the state is held back and after.</summary>
public sealed class PartialJoinTests : TwoServers
{
    const int Members = 130;

    readonly Gate _gate = new();

    public override async Task DisposeAsync()
    {
        _gate.Open();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_room_can_be_used_before_its_members_are_known()
    {
        var (alice, roomId) = await CreateAsync();
        var bob = await B.RegisterAsync("bob");
        await bob.CallAsync(HttpMethod.Post, JoinPath(roomId), []);

        Assert.NotNull((await RoomAsync(B, roomId)).Partial);
        var first = await bob.CallAsync(HttpMethod.Get, "sync?timeout=0");
        Assert.Contains("A large room", first["rooms"]!["join"]![roomId.Value]!.ToJsonString(), StringComparison.Ordinal);

        // What bob says goes out, to servers whose members he does not know; what others say waits.
        await SayAsync(bob, roomId, "from the new one");
        await Eventually(async () => (await TextsAsync(alice, roomId)).Contains("from the new one"));
        await SayAsync(alice, roomId, "from the old one");
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        Assert.DoesNotContain("from the old one", (await SyncTextsAsync(bob, roomId, first)).Texts);

        _gate.Open();
        var members = await bob.CallAsync(HttpMethod.Get, $"rooms/{Uri.EscapeDataString(roomId.Value)}/members?membership=join");

        Assert.Equal(Members + 1, members["chunk"]!.AsArray().Count);
        await Eventually(async () => (await TextsAsync(bob, roomId)).Contains("from the old one"));
        Assert.Contains(User(A, 100).Value, (await SyncTextsAsync(bob, roomId, first)).Json, StringComparison.Ordinal);
        await AssertSameStateAsync(roomId);
        await AssertMessageSawWholeStateAsync(roomId, bob);
    }

    [Fact]
    public async Task A_restart_goes_on_with_what_is_missing()
    {
        var (alice, roomId) = await CreateAsync();
        var bob = await B.RegisterAsync("bob");
        await bob.CallAsync(HttpMethod.Post, JoinPath(roomId), []);
        await B.StopAsync();
        await SayAsync(alice, roomId, "while it was away");
        await B.StartAsync();

        Assert.NotNull((await RoomAsync(B, roomId)).Partial);
        _gate.Open();

        await Eventually(async () => (await RoomAsync(B, roomId)).Partial is null);
        await Eventually(async () => (await TextsAsync(bob, roomId)).Contains("while it was away"));
        await AssertSameStateAsync(roomId);
        await B.StopAsync();
        await B.StartAsync();
        Assert.Null((await RoomAsync(B, roomId)).Partial);
        await AssertSameStateAsync(roomId);
    }

    [Fact]
    public async Task Who_leaves_before_all_is_known_can_come_again()
    {
        var (_, roomId) = await CreateAsync();
        var bob = await B.RegisterAsync("bob");
        await bob.CallAsync(HttpMethod.Post, JoinPath(roomId), []);
        await bob.CallAsync(HttpMethod.Post, $"rooms/{Uri.EscapeDataString(roomId.Value)}/leave", []);
        await Eventually(async () => (await RoomAsync(A, roomId)).MembershipOf(bob.UserId) == "leave");
        await bob.CallAsync(HttpMethod.Post, JoinPath(roomId), []);

        Assert.Null((await RoomAsync(B, roomId)).Partial);
        await AssertSameStateAsync(roomId);
    }

    [Fact]
    public async Task A_server_that_knows_a_part_lets_nobody_in_and_tells_no_state()
    {
        var (_, roomId) = await CreateAsync();
        var bob = await B.RegisterAsync("bob");
        await bob.CallAsync(HttpMethod.Post, JoinPath(roomId), []);
        var join = (await RoomAsync(B, roomId)).Find("m.room.member", bob.UserId.Value)!;

        var make = FederationRequest.Get(FederationPath.Of("federation/v1/make_join", roomId.Value, "@new:" + A.Name));
        var state = FederationRequest.Get(FederationPath.WithQuery(FederationPath.Of("federation/v1/state", roomId.Value), ("event_id", join.EventId.Value)));

        Assert.Equal(404, await Asking.RefusalAsync(A, B, make));
        Assert.Equal(404, await Asking.RefusalAsync(A, B, state));
    }

    protected override Task PassAsync(HttpContext context, RequestDelegate next) => _gate.PassAsync(context, next);

    async Task<(FederatedUser Alice, RoomId RoomId)> CreateAsync()
    {
        var alice = await A.RegisterAsync("alice");
        var created = await alice.CallAsync(HttpMethod.Post, "createRoom", new JsonObject { ["preset"] = "public_chat", ["name"] = "A large room" });
        var roomId = RoomId.Parse((string)created["room_id"]!);
        var memberships = A.Services.GetRequiredService<MembershipChanges>();
        for (var number = 1; number < Members; number++)
            Assert.Null((await memberships.JoinAsync(roomId, User(A, number), MembershipTerms.None, default)).Error);
        return (alice, roomId);
    }

    string JoinPath(RoomId roomId) => $"join/{Uri.EscapeDataString(roomId.Value)}?server_name={Uri.EscapeDataString(A.Name.Value)}";

    static UserId User(FederatedServer server, int number) => UserId.Parse($"@member{number}:{server.Name}");

    static async Task<RoomSnapshot> RoomAsync(FederatedServer server, RoomId roomId) =>
        (await server.Services.GetRequiredService<RoomRegistry>().FindAsync(roomId, default))!.Current;

    static Task<JsonObject> SayAsync(FederatedUser user, RoomId roomId, string text) => user.CallAsync(
        HttpMethod.Put, $"rooms/{Uri.EscapeDataString(roomId.Value)}/send/m.room.message/{Guid.NewGuid():n}", new JsonObject { ["msgtype"] = "m.text", ["body"] = text });

    static async Task<List<string?>> TextsAsync(FederatedUser user, RoomId roomId)
    {
        var page = await user.CallAsync(HttpMethod.Get, $"rooms/{Uri.EscapeDataString(roomId.Value)}/messages?dir=b&limit=20");
        return [.. page["chunk"]!.AsArray().Select(static entry => (string?)entry!["content"]!["body"])];
    }

    static async Task<(List<string?> Texts, string Json)> SyncTextsAsync(FederatedUser user, RoomId roomId, JsonObject before)
    {
        var sync = await user.CallAsync(HttpMethod.Get, $"sync?timeout=0&since={(string)before["next_batch"]!}");
        var events = sync["rooms"]?["join"]?[roomId.Value]?["timeline"]?["events"]?.AsArray() ?? [];
        return ([.. events.Select(static entry => (string?)entry!["content"]!["body"])], sync.ToJsonString());
    }

    async Task AssertSameStateAsync(RoomId roomId)
    {
        var (here, there) = (await RoomAsync(A, roomId), await RoomAsync(B, roomId));
        Assert.Equal(here.State.Values.Select(static entry => entry.EventId.Value).Order(), there.State.Values.Select(static entry => entry.EventId.Value).Order());
        Assert.Equal(here.Joined.Count, there.Joined.Count);
    }

    // The state before an event that was made while a part was known is the whole one afterwards.
    async Task AssertMessageSawWholeStateAsync(RoomId roomId, FederatedUser user)
    {
        var room = await RoomAsync(B, roomId);
        var store = B.Services.GetRequiredService<IRoomStore>();
        var page = await store.ReadTimelineAsync(new TimelineQuery(roomId, long.MaxValue, null, Backwards: true, 50), default);
        var said = page.Events.First(stored => stored.Sender == user.UserId && stored.Type == "m.room.message");
        var state = await B.Services.GetRequiredService<RoomStates>().ReadBeforeAsync(room, said, default);
        Assert.Equal(Members + 1, state.Count(static entry => entry.Membership == "join"));
    }

    static async Task Eventually(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
            await Task.Delay(50, limit.Token);
    }

    /// <summary>Keeps the state of rooms from those who ask for it, until it is opened.</summary>
    sealed class Gate
    {
        readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open() => _opened.TrySetResult();

        public async Task PassAsync(HttpContext context, RequestDelegate next)
        {
            if (context.Request.Path.StartsWithSegments("/_matrix/federation/v1/state_ids", StringComparison.Ordinal))
                await _opened.Task.WaitAsync(context.RequestAborted);
            await next(context);
        }
    }
}
