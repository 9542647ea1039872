using System.Text.Json.Nodes;
using Hybrid.Federation.Tests.Support;
using Hybrid.Tests.Shared;
using Microsoft.AspNetCore.Builder;

namespace Hybrid.Federation.Tests.Joins;

/// <summary>A join whose answer takes its time: meanwhile the server that gives it has the user in the room, and sends what is said there.</summary>
public sealed class EventsDuringJoinTests : IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource<string> _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    FederatedServers _servers = null!;

    public async Task InitializeAsync() => _servers = await FederatedServers.StartAsync(2, map: Watch);

    public async Task DisposeAsync()
    {
        _released.TrySetResult();
        await _servers.DisposeAsync();
    }

    [Fact]
    public async Task What_is_said_before_the_room_has_arrived_is_there_once_it_has()
    {
        var (alice, bob) = (await _servers[0].RegisterAsync("alice"), await _servers[1].RegisterAsync("bob"));
        var room = await ServerPair.CreateRoomAsync(alice, """{"preset":"public_chat"}""");
        var joining = bob.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}?via={Uri.EscapeDataString(alice.Server.Name.Value)}", []);
        await _taken.Task.WaitAsync(Patience);

        var said = await ServerPair.SayAsync(alice, room, "come in");
        Assert.Contains("come in", await _sent.Task.WaitAsync(Patience), StringComparison.Ordinal);
        _released.SetResult();
        await joining;

        // Nothing else is said from which the server would learn of it.
        var seen = new List<string?>();
        string? since = null;
        for (var end = DateTime.UtcNow + Patience; !seen.Contains(said);)
        {
            Assert.True(DateTime.UtcNow < end, "It is lost.");
            var sync = await bob.CallAsync(HttpMethod.Get, $"sync?set_presence=offline&timeout=1000{(since is null ? "" : $"&since={Uri.EscapeDataString(since)}")}");
            since = (string)sync["next_batch"]!;
            seen.AddRange((sync["rooms"]?["join"]?[room]?["timeline"]?["events"] as JsonArray ?? []).Select(static entry => (string?)entry!["event_id"]));
        }
    }

    // The answer to a join waits for its release. A transaction with events is seen when the other server has answered it.
    void Watch(WebApplication web) => web.Use(async (context, next) =>
    {
        var path = context.Request.Path.Value!;
        if (path.Contains("/send_join/", StringComparison.Ordinal))
        {
            var (body, held) = (context.Response.Body, new MemoryStream());
            context.Response.Body = held;
            await next();
            await context.Response.BodyWriter.FlushAsync();
            _taken.TrySetResult();
            await _released.Task;
            context.Response.Body = body;
            await body.WriteAsync(held.ToArray());
            return;
        }

        if (!path.StartsWith("/_matrix/federation/v1/send/", StringComparison.Ordinal))
        {
            await next();
            return;
        }

        using var copy = new MemoryStream();
        await context.Request.Body.CopyToAsync(copy);
        context.Request.Body = new MemoryStream(copy.ToArray());
        await next();
        var transaction = JsonNode.Parse(copy.ToArray())!["pdus"]!.AsArray();
        if (transaction.Count > 0)
            _sent.TrySetResult(transaction.ToJsonString());
    });
}
