using System.Text.Json.Nodes;
using Hybrid.Federation.Tests.Support;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests.Joins;

/// <summary>Users of one server who join a room of another at the same time.</summary>
public sealed class SimultaneousJoinTests : TwoServers
{
    readonly TaskCompletionSource _bothJoin = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _asked;

    public override async Task DisposeAsync()
    {
        _bothJoin.TrySetResult();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task The_first_joins_through_the_other_server_and_the_second_here()
    {
        var alice = await A.RegisterAsync("alice");
        var created = await alice.CallAsync(HttpMethod.Post, "createRoom", new JsonObject { ["preset"] = "public_chat" });
        var roomId = RoomId.Parse((string)created["room_id"]!);
        var path = $"join/{Uri.EscapeDataString(roomId.Value)}?server_name={Uri.EscapeDataString(A.Name.Value)}";
        var (bob, carol) = (await B.RegisterAsync("bob"), await B.RegisterAsync("carol"));

        var joins = Task.WhenAll(bob.CallAsync(HttpMethod.Post, path, []), carol.CallAsync(HttpMethod.Post, path, []));
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        _bothJoin.SetResult();
        await joins;

        Assert.Equal(1, _asked);
        var here = (await B.Services.GetRequiredService<RoomRegistry>().FindAsync(roomId, default))!.Current;
        Assert.True(here.IsJoined(bob.UserId) && here.IsJoined(carol.UserId));
        var room = (await A.Services.GetRequiredService<RoomRegistry>().FindAsync(roomId, default))!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!room.Current.IsJoined(bob.UserId) || !room.Current.IsJoined(carol.UserId))
            await Task.Delay(50, limit.Token);
        Assert.Equal(here.ForwardExtremities, room.Current.ForwardExtremities);
    }

    protected override async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/_matrix/federation/v1/make_join", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _asked);
            await _bothJoin.Task;
        }

        await next(context);
    }
}
