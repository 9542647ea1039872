using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Tests.Maintenance;
using Hybrid.Storage.Rooms;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Rooms.Tests.Receiving;

/// <summary>A server whose first users enter a room of another one.</summary>
public sealed class EnteringTests : IDisposable
{
    readonly RoomServer _far = new();
    readonly RoomServer _near = new(name: "near.test");
    readonly Peer _bob, _carol;

    public EnteringTests()
    {
        _bob = new Peer("near.test", _far.Time, "bob");
        _carol = new Peer("near.test", _far.Time, "carol");
    }

    public void Dispose()
    {
        _bob.Dispose();
        _carol.Dispose();
        _near.Dispose();
        _far.Dispose();
    }

    [Fact]
    public async Task Two_users_who_enter_at_the_same_time_are_both_in_the_room()
    {
        var seen = (await _far.CreateRoomAsync()).Current;
        var (first, second) = (_bob.Joins(seen), _carol.Joins(seen));

        // Each asked another server, and both were told the room without the other.
        await EnterAsync(seen, first);
        var room = await EnterAsync(seen, second);

        Assert.True(room.Current.IsJoined(_bob.User));
        Assert.True(room.Current.IsJoined(_carol.User));
        Assert.Equal([first.Event.EventId, second.Event.EventId], room.Current.ForwardExtremities);
    }

    [Fact]
    public async Task What_follows_an_invitation_that_came_from_outside_needs_the_state_before_it()
    {
        var far = await _far.CreateRoomAsync();
        var before = far.Current;
        var invitation = await InviteAsync(far, _bob.User);
        var seen = far.Current;
        var record = new RoomRecord(seen.RoomId, seen.Version, Alice, IsPublic: false);
        Assert.True(await _near.Get<RoomRegistry>().SetOutOfBandAsync(record, new OutOfBandMembership(Read(seen, invitation, IncomingKind.Timeline), []), default));
        Assert.False((await FindKnownAsync(invitation.EventId)).IsPlaced);

        var room = await EnterAsync(seen, _bob.Joins(seen));
        Assert.Equal([invitation.EventId], await _near.Test.Rooms.ReadGapsAsync(room.RoomId, default));
        var follower = _bob.Forges(seen, "m.room.message", [invitation.EventId], [seen.Find("m.room.power_levels")!.EventId, room.Current.Find("m.room.member", _bob.User.Value)!.EventId]);
        Assert.Equal(ReceiptOutcome.Incomplete, Assert.Single(await ReceiveAsync(room, follower)).Outcome);

        // With the invitation comes the state before it, and so that before what follows it.
        var placed = Read(seen, invitation, IncomingKind.Timeline) with { StateBefore = [.. before.State.Values.Select(static state => state.EventId)] };
        var said = (await RoomServer.SayAsync(far))[0];
        var receipts = await ReceiveAsync(room, placed, Read(seen, said, IncomingKind.Timeline));
        Assert.Equal([ReceiptOutcome.Known, ReceiptOutcome.Accepted], receipts.Select(static receipt => receipt.Outcome));
        Assert.Equal("invite", (await _near.Get<RoomStates>().ReadBeforeAsync(room.Current, await FindKnownAsync(said.EventId), default))
            .Single(state => state.StateKey == _bob.User.Value).Membership);
    }

    async Task<Room> EnterAsync(RoomSnapshot seen, IncomingEvent join)
    {
        var state = seen.State.Values.OrderBy(static stored => stored.Depth).ToList();
        List<IncomingEvent> events = [.. state.Select(stored => Read(seen, stored, IncomingKind.Outlier))];
        events.Add(join with { StateBefore = [.. state.Select(static stored => stored.EventId)] });
        var receipts = (await _near.Get<RoomRegistry>().ReceiveNewAsync(new RoomRecord(seen.RoomId, seen.Version, Alice, IsPublic: false), events, null, default)).Value;
        Assert.Equal(ReceiptOutcome.Accepted, receipts[^1].Outcome);
        return (await _near.Get<RoomRegistry>().FindAsync(seen.RoomId, default))!;
    }

    static async Task<StoredEvent> InviteAsync(Room room, UserId user) =>
        (await room.ChangeAsync(
            (draft, _) => ValueTask.FromResult(draft.Add(new EventProposal("m.room.member", Alice, """{"membership":"invite"}"""u8.ToArray()) { StateKey = user.Value })),
            default)).Value;

    static IncomingEvent Read(RoomSnapshot seen, StoredEvent stored, IncomingKind kind) =>
        IncomingEvent.Read(seen.Version, seen.RoomId, stored.EventId, stored.Json, kind)!;

    static async Task<Receipt[]> ReceiveAsync(Room room, params IncomingEvent[] events) => (await room.ReceiveAsync(events, afresh: false, default)).Value;

    async Task<StoredEvent> FindKnownAsync(EventId eventId) => Assert.Single(await _near.Test.Rooms.FindKnownAsync([eventId], default));
}
