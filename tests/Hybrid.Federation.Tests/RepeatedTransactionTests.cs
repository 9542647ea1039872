using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Federation.Requests;
using Hybrid.Federation.Tests.Support;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests;

/// <summary>After a crash a server says again what it sent in the last seconds, in other transactions; the one that hears it may have been restarted meanwhile.</summary>
public sealed class RepeatedTransactionTests : IAsyncLifetime
{
    FederatedServers _servers = null!;

    FederatedServer A => _servers[0];

    FederatedServer B => _servers[1];

    public async Task InitializeAsync() => _servers = await FederatedServers.StartAsync();

    public async Task DisposeAsync() => await _servers.DisposeAsync();

    [Fact]
    public async Task What_is_sent_again_comes_to_nobody_twice()
    {
        var (alice, bob) = (await A.RegisterAsync("alice"), await B.RegisterAsync("bob"));
        var room = await ServerPair.CreateRoomAsync(alice, """{"preset":"public_chat"}""");
        await bob.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}?via={Uri.EscapeDataString(A.Name.Value)}", []);
        var said = EventId.Parse(await ServerPair.SayAsync(alice, room, "hello"));
        var stored = (await A.Services.GetRequiredService<IRoomStore>().FindEventAsync(said, default))!;
        var edu = new JsonObject
        {
            ["edu_type"] = "m.direct_to_device",
            ["content"] = new JsonObject
            {
                ["sender"] = alice.UserId.Value,
                ["type"] = "test.message",
                ["message_id"] = "one",
                ["messages"] = new JsonObject { [bob.UserId.Value] = new JsonObject { ["*"] = new JsonObject { ["text"] = "psst" } } },
            },
        };
        var transaction = new JsonObject
        {
            ["origin"] = A.Name.Value,
            ["origin_server_ts"] = 1,
            ["pdus"] = new JsonArray(JsonNode.Parse(stored.Json.Span)),
            ["edus"] = new JsonArray(edu),
        }.ToJsonString();

        await SendAsync("before");
        await SendAsync("again");
        await B.StopAsync();
        await B.StartAsync();
        await SendAsync("after");

        // What is said last has everything before it.
        var last = await ServerPair.SayAsync(alice, room, "bye");
        var (events, messages) = (new List<string?>(), new List<string?>());
        string? since = null;
        for (var end = DateTime.UtcNow.AddSeconds(30); !events.Contains(last);)
        {
            Assert.True(DateTime.UtcNow < end, "It does not come.");
            var sync = await bob.CallAsync(HttpMethod.Get, $"sync?set_presence=offline&timeout=1000{(since is null ? "" : $"&since={Uri.EscapeDataString(since)}")}");
            since = (string)sync["next_batch"]!;
            events.AddRange((sync["rooms"]?["join"]?[room]?["timeline"]?["events"] as JsonArray ?? []).Select(static entry => (string?)entry!["event_id"]));
            messages.AddRange((sync["to_device"]?["events"] as JsonArray ?? []).Select(static message => (string?)message!["content"]!["text"]));
        }

        Assert.Equal(["psst"], messages);
        Assert.Equal(1, events.Count(eventId => eventId == said.Value));
        Assert.Equal(events.Count, events.Distinct().Count());

        async Task SendAsync(string transactionId)
        {
            var request = FederationRequest.Put(FederationPath.Of("federation/v1/send", transactionId), Encoding.UTF8.GetBytes(transaction)) with { EvenInBackOff = true };
            var sent = await A.Services.GetRequiredService<IFederationClient>().SendAsync(B.Name, request, default);
            Assert.True(sent.TryGet(out _, out var failure), failure?.Message);
        }
    }
}
