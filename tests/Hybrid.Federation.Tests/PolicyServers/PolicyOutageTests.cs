using Hybrid.Federation.Tests.Support;
using Hybrid.Rooms.PolicyServers;

namespace Hybrid.Federation.Tests.PolicyServers;

/// <summary>A policy server that is gone.</summary>
public sealed class PolicyOutageTests(PolicyWorld world) : IClassFixture<PolicyWorld>
{
    [Fact]
    public async Task Nothing_is_sent_while_the_policy_server_is_gone_until_the_room_does_without_it()
    {
        var (alice, _, room) = await world.ProtectedRoomAsync();
        await world.B.StopAsync();
        var before = (await PolicyWorld.RoomAsync(world.A, room)).Current.LatestPosition;

        foreach (var text in new[] { "hello?", "anyone?" })
            Assert.Equal(502, (await PolicyWorld.TrySayAsync(alice, room, text)).Status);
        Assert.Equal(before, (await PolicyWorld.RoomAsync(world.A, room)).Current.LatestPosition);

        await ServerPair.SetStateAsync(alice, room, RoomPolicy.EventType, "", "{}");
        var said = await ServerPair.SayAsync(alice, room, "on our own");
        Assert.False(await world.IsSignedAsync(world.A, said));
        await world.B.StartAsync();
    }
}
