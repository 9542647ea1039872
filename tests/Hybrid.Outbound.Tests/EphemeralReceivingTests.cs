using Hybrid.Ephemeral.Presence;
using Hybrid.Ephemeral.Typing;
using Hybrid.Federation.Inbound.Edus;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Events;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Rooms;
using static Hybrid.Outbound.Tests.SendingServer;

namespace Hybrid.Outbound.Tests;

/// <summary>Typing, receipts and presence that come from other servers, well-meant and not.</summary>
public sealed class EphemeralReceivingTests : IAsyncDisposable
{
    static readonly UserId Remote = UserId.Parse("@user:one.test");

    readonly SendingServer _server = EphemeralServer.Create();

    TypingTracker Typing => _server.Get<TypingTracker>();

    PresenceTracker Presence => _server.Get<PresenceTracker>();

    [Fact]
    public async Task A_member_of_another_server_types_until_it_says_otherwise_or_nothing_more()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await TypeAsync("one.test", room.RoomId, Remote);
        Assert.Equal([Remote], Typing.Of(room.RoomId).Users);
        await TypeAsync("one.test", room.RoomId, Remote, "false");
        Assert.Empty(Typing.Of(room.RoomId).Users);

        await TypeAsync("one.test", room.RoomId, Remote);
        _server.Time.Advance(TypingEduHandler.CountsFor);
        Assert.Empty(Typing.Of(room.RoomId).Users);
    }

    [Fact]
    public async Task Nobody_types_for_others_or_where_they_are_not_or_are_not_welcome()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await TypeAsync("two.test", room.RoomId, Remote);
        await TypeAsync("hybrid.test", room.RoomId, UserId.Parse("@carol:hybrid.test"));
        await TypeAsync("two.test", room.RoomId, UserId.Parse("@user:two.test"));
        await TypeAsync("one.test", RoomId.Parse("!other:one.test"), Remote);
        await room.ChangeAsync(
            (draft, _) => ValueTask.FromResult(draft.Add(
                new EventProposal("m.room.server_acl", Alice, """{"allow":["*"],"deny":["one.test"]}"""u8.ToArray()) { StateKey = "" })),
            default);
        await TypeAsync("one.test", room.RoomId, Remote);

        Assert.Empty(Typing.Of(room.RoomId).Users);
    }

    [Fact]
    public async Task Receipts_of_other_servers_are_kept_with_their_threads()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        var said = await SayAsync(room, "hello");
        await ReceiptAsync("one.test", room.RoomId, Remote, said.EventId, """{"ts":1800000000000,"thread_id":"main"}""");
        await ReceiptAsync("one.test", room.RoomId, Remote, said.EventId, """{"ts":99999999999999}""");

        var receipts = await ReceiptsAsync(room, Remote);
        Assert.Equal([null, "main"], receipts.Select(static receipt => receipt.ThreadId).Order(StringComparer.Ordinal));
        Assert.All(receipts, receipt => Assert.Equal((said.EventId, 1_800_000_000_000, false), (receipt.EventId, receipt.Timestamp, receipt.IsPrivate)));
    }

    [Fact]
    public async Task Receipts_for_others_or_of_those_who_are_not_there_are_not_taken()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        var other = await _server.CreateRoomAsync([]);
        var said = await SayAsync(room, "hello");
        var stranger = UserId.Parse("@stranger:one.test");
        await ReceiptAsync("two.test", room.RoomId, Remote, said.EventId);
        await ReceiptAsync("one.test", room.RoomId, stranger, said.EventId);
        await ReceiptAsync("one.test", other.RoomId, Remote, said.EventId);

        Assert.Empty(await ReceiptsAsync(room, Remote));
        Assert.Empty(await ReceiptsAsync(room, stranger));
        Assert.Empty(await ReceiptsAsync(other, Remote));
    }

    [Fact]
    public async Task A_receipt_that_comes_before_its_event_waits_for_it()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        StoredEvent? said = null;
        await room.ChangeAsync<StoredEvent>(
            async (draft, _) =>
            {
                // It has its ID, and is not stored yet.
                var added = draft.Add(new EventProposal("m.room.message", Alice, """{"msgtype":"m.text","body":"hello"}"""u8.ToArray()));
                said = added.Value;
                await ReceiptAsync("one.test", room.RoomId, Remote, said.EventId);
                return added;
            },
            default);

        await _server.UntilAsync(async () => (await ReceiptsAsync(room, Remote)).Count > 0);
        Assert.Equal(said!.EventId, Assert.Single(await ReceiptsAsync(room, Remote)).EventId);
    }

    [Fact]
    public async Task Presence_of_members_counts_until_their_server_is_silent_for_long()
    {
        await _server.CreateRoomAsync(["one.test"]);
        await PresenceAsync("one.test", Remote, """ "presence":"online","status_msg":"here","last_active_ago":5000,"currently_active":true""");
        var now = _server.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal(new PresenceState(Remote, Availability.Online, "here", now - 5000, CurrentlyActive: true), await Presence.ReadAsync(Remote, default));

        await _server.PassAsync(PresenceTracker.RemoteSilence - TimeSpan.FromMinutes(1));
        Assert.Equal(Availability.Online, (await Presence.ReadAsync(Remote, default)).Availability);
        await _server.PassAsync(TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(5));
        Assert.Equal(new PresenceState(Remote, Availability.Offline, "here", now - 5000, CurrentlyActive: false), await Presence.ReadAsync(Remote, default));
    }

    [Fact]
    public async Task Presence_of_others_and_of_strangers_is_not_taken()
    {
        await _server.CreateRoomAsync(["one.test"]);
        var stranger = UserId.Parse("@stranger:one.test");
        await PresenceAsync("two.test", Remote, """ "presence":"online" """);
        await PresenceAsync("one.test", stranger, """ "presence":"online" """);
        await PresenceAsync("one.test", Remote, """ "presence":"busy" """);
        await PresenceAsync("one.test", Alice, """ "presence":"online" """);

        foreach (var user in (UserId[])[Remote, stranger, Alice])
            Assert.Equal(Availability.Offline, (await Presence.ReadAsync(user, default)).Availability);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"room_id":7,"user_id":{},"typing":"yes","push":{"a":1}}""")]
    [InlineData("""{"push":[7,null,[],{"user_id":7},{"user_id":"@user:one.test"},{"user_id":"@user:one.test","presence":{}}]}""")]
    [InlineData("""{"push":[{"user_id":"@user:one.test","presence":"online","last_active_ago":-9223372036854775808,"status_msg":"\ud800"}]}""")]
    [InlineData("""{"push":[{"user_id":"@user:one.test","presence":"online","last_active_ago":9223372036854775807,"status_msg":7}]}""")]
    [InlineData("""{"$ROOM":7,"!x":{"m.read":{}},"!y:z":null}""")]
    [InlineData("""{"$ROOM":{"m.read":[]}}""")]
    [InlineData("""{"$ROOM":{"m.read":{"@user:one.test":7,"nobody":{}}}}""")]
    [InlineData("""{"$ROOM":{"m.read":{"@user:one.test":{"event_ids":[]}}}}""")]
    [InlineData("""{"$ROOM":{"m.read":{"@user:one.test":{"event_ids":["$EVENT"],"data":7}}}}""")]
    [InlineData("""{"$ROOM":{"m.read":{"@user:one.test":{"event_ids":["\ud800"],"data":{"ts":"x","thread_id":7}}}}}""")]
    [InlineData("""{"$ROOM":{"m.read":{"@user:one.test":{"event_ids":[7]}}}}""")]
    [InlineData("""{"$ROOM":{"m.read":{"@user:one.test":{"\ud800":1}}}}""")]
    [InlineData("""{"\ud800":1,"room_id":"$ROOM","user_id":"@user:one.test","typing":true}""")]
    [InlineData("[]")]
    [InlineData("7")]
    public async Task Whatever_else_they_send_does_no_harm(string content)
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        foreach (var eduType in (string[])["m.typing", "m.receipt", "m.presence"])
            await _server.TakeAsync("one.test", eduType, content.Replace("$ROOM", room.RoomId.Value, StringComparison.Ordinal));

        Assert.Empty(Typing.Of(room.RoomId).Users);
        Assert.Null((await Presence.ReadAsync(Remote, default)).StatusMessage);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    Task TypeAsync(string origin, RoomId roomId, UserId user, string isTyping = "true") =>
        _server.TakeAsync(origin, "m.typing", $$"""{"room_id":"{{roomId}}","user_id":"{{user}}","typing":{{isTyping}}}""");

    Task ReceiptAsync(string origin, RoomId roomId, UserId user, EventId eventId, string data = "{}") =>
        _server.TakeAsync(origin, "m.receipt", $$"""{"{{roomId}}": {"m.read": {"{{user}}": {"event_ids":["{{eventId}}"],"data": {{data}} } } } }""");

    Task PresenceAsync(string origin, UserId user, string more) =>
        _server.TakeAsync(origin, "m.presence", $$"""{"push":[{"user_id":"{{user}}",{{more}}}]}""");

    ValueTask<IReadOnlyList<Receipt>> ReceiptsAsync(Room room, UserId user) => _server.Get<IReceiptStore>().ReadUserAsync(room.RoomId, user, default);
}
