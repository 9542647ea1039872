using Hybrid.Federation.Tests.PolicyServers;
using Hybrid.Federation.Tests.Support;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests.Events;

/// <summary>What a server fetches for news whose predecessors it does not have.</summary>
public sealed class AncestryTests(ServerPair pair) : IClassFixture<ServerPair>
{
    [Fact]
    public async Task What_is_from_before_the_join_does_not_come_in_as_news()
    {
        var (alice, bob) = (await pair.AliceAsync(), await pair.BobAsync());
        var roomId = await ServerPair.CreateRoomAsync(alice, """{"preset":"public_chat"}""");
        var old = await ServerPair.SayAsync(alice, roomId, "said before");
        var here = await PolicyWorld.RoomAsync(pair.A, roomId);
        var seen = here.Current;
        await ServerPair.SayAsync(alice, roomId, "the last before the join");
        await bob.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(roomId)}?via={Uri.EscapeDataString(pair.A.Name.Value)}", []);
        var joined = (await PolicyWorld.RoomAsync(pair.B, roomId)).Current;

        // Said at the same time as the join, and after what B has only as a hole in its history.
        var late = Makes(alice, seen);
        Assert.Equal(ReceiptOutcome.Accepted, Assert.Single((await here.ReceiveAsync([late], afresh: false, default)).Value).Outcome);
        await PolicyWorld.SeeAsync(bob, roomId, late.Event.EventId.Value);

        var room = await PolicyWorld.RoomAsync(pair.B, roomId);
        Assert.Equal([.. joined.ForwardExtremities, late.Event.EventId], room.Current.ForwardExtremities);
        var store = pair.B.Services.GetRequiredService<IRoomStore>();
        Assert.Null(await store.FindEventAsync(EventId.Parse(old), default));
        Assert.Contains(EventId.Parse(old), await store.ReadGapsAsync(room.RoomId, default));
    }

    static IncomingEvent Makes(FederatedUser user, RoomSnapshot seen)
    {
        var proposal = new EventProposal("m.room.message", user.UserId, """{"msgtype":"m.text","body":"meanwhile"}"""u8.ToArray());
        SealedEvent made = user.Server.Services.GetRequiredService<EventTemplates>().Seal(seen, proposal).Value;
        return IncomingEvent.Read(seen.Version, seen.RoomId, EventId.Parse(made.EventId), made.Json, IncomingKind.Timeline)!;
    }
}
