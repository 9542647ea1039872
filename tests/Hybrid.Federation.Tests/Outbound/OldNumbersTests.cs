using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Federation.Tests.Support;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests.Outbound;

/// <summary>Numbers that only events of room versions 1 to 5 may have, in every request between servers that events go in.</summary>
public sealed class OldNumbersTests(ServerPair servers) : IClassFixture<ServerPair>
{
    const string Numbers = """{"fraction":1.5,"big":1e20,"exponent":-2.5E-7,"integer":123456789012345678901234567890,"large":9007199254740993}""";

    // As Python writes them, whose servers made those rooms, and hashed what it writes.
    const string Canonical = """{"big":1e+20,"exponent":-2.5e-07,"fraction":1.5,"integer":123456789012345678901234567890,"large":9007199254740993}""";

    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    [InlineData("4")]
    [InlineData("5")]
    public async Task They_are_sent_and_received_as_they_are(string version)
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var room = await ServerPair.CreateRoomAsync(alice, $$"""{"preset":"public_chat","room_version":"{{version}}"}""");

        // In the state that the answer to a join carries.
        await ServerPair.SetStateAsync(alice, room, "org.example.numbers", "", Numbers);
        await bob.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}?via={Uri.EscapeDataString(alice.Server.Name.Value)}", []);
        var state = await alice.CallAsync(HttpMethod.Get, $"rooms/{Uri.EscapeDataString(room)}/state/org.example.numbers?format=event");
        await AssertSameAsync((string)state["event_id"]!);

        // In transactions, from either.
        foreach (var (speaker, listener) in new[] { (alice, servers.B), (bob, servers.A) })
        {
            var said = await speaker.CallAsync(
                HttpMethod.Put, $"rooms/{Uri.EscapeDataString(room)}/send/org.example.numbers/{ServerPair.NewName("txn")}", (JsonObject)JsonNode.Parse(Numbers)!);
            await ArrivesAsync(listener, (string)said["event_id"]!);
            await AssertSameAsync((string)said["event_id"]!);
        }
    }

    [Theory]
    [InlineData("4")]
    [InlineData("5")]
    public async Task They_do_not_keep_someone_from_being_invited_and_coming(string version)
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var room = await ServerPair.CreateRoomAsync(alice, $$"""{"room_version":"{{version}}"}""");
        await MemberAsync(alice, room, bob.UserId, "invite");
        await MemberAsync(bob, room, bob.UserId, "join", $"?via={Uri.EscapeDataString(alice.Server.Name.Value)}");

        var member = await alice.CallAsync(HttpMethod.Get, $"rooms/{Uri.EscapeDataString(room)}/state/m.room.member/{bob.UserId}?format=event");
        Assert.Equal("join", (string?)member["content"]!["membership"]);
        await AssertSameAsync((string)member["event_id"]!);
    }

    // A membership with numbers in it: a client may put more into its content than the specification names.
    static async Task MemberAsync(FederatedUser sender, string room, UserId user, string membership, string query = "")
    {
        var content = (JsonObject)JsonNode.Parse(Numbers)!;
        content["membership"] = membership;
        await sender.CallAsync(HttpMethod.Put, $"rooms/{Uri.EscapeDataString(room)}/state/m.room.member/{user}{query}", content);
    }

    static async Task<string> ReadAsync(FederatedServer server, string eventId)
    {
        var known = await server.Services.GetRequiredService<IRoomStore>().FindKnownAsync([EventId.Parse(eventId)], default);
        return Encoding.UTF8.GetString(Assert.Single(known).Json.Span);
    }

    static async Task ArrivesAsync(FederatedServer server, string eventId)
    {
        var end = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        while (await server.Services.GetRequiredService<IRoomStore>().FindEventAsync(EventId.Parse(eventId), default) is null)
        {
            Assert.True(DateTime.UtcNow < end, $"{eventId} does not come.");
            await Task.Delay(20);
        }
    }

    async Task AssertSameAsync(string eventId)
    {
        var (atA, atB) = (await ReadAsync(servers.A, eventId), await ReadAsync(servers.B, eventId));
        Assert.Equal(atA, atB);
        Assert.Contains(Canonical[1..^1], atA, StringComparison.Ordinal);
    }
}
