using System.Text.Json.Nodes;
using Hybrid.Federation.Requests;
using Hybrid.Federation.Tests.Support;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.PolicyServers;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests.PolicyServers;

/// <summary>Two whole servers, A and B, the second of which is a policy server that keeps to a list.</summary>
public sealed class PolicyWorld : IAsyncLifetime
{
    FederatedServers _servers = null!;
    FederatedUser _lister = null!;
    string _list = "";

    internal FederatedServer A => _servers[0];

    internal FederatedServer B => _servers[1];

    /// <summary>The key of the policy server.</summary>
    internal string Key { get; private set; } = "";

    public async Task InitializeAsync()
    {
        _servers = await FederatedServers.StartAsync();
        _lister = await B.RegisterAsync("lister");
        _list = await ServerPair.CreateRoomAsync(_lister);
        await B.StopAsync();
        B.Configure(settings => settings with { PolicyServerLists = [RoomId.Parse(_list)] });
        await B.StartAsync();
        var discovered = JsonNode.Parse(await B.Http.GetStringAsync(new Uri("/.well-known/matrix/policy_server", UriKind.Relative)))!;
        Key = (string)discovered["public_keys"]!["ed25519"]!;
    }

    public async Task DisposeAsync() => await _servers.DisposeAsync();

    internal Task<FederatedUser> UserOfAAsync() => A.RegisterAsync(ServerPair.NewName("policya"));

    internal Task<FederatedUser> UserOfBAsync() => B.RegisterAsync(ServerPair.NewName("policyb"));

    /// <summary>A room of Alice's on A in which Bob of B is, too, and that uses the policy server, as both servers know.</summary>
    internal async Task<(FederatedUser Alice, FederatedUser Bob, string Room)> ProtectedRoomAsync()
    {
        var (alice, bob) = (await UserOfAAsync(), await UserOfBAsync());
        var room = await ServerPair.CreateRoomAsync(alice, """{"preset":"public_chat"}""");
        await JoinAsync(bob, room);
        await ProtectAsync(alice, room, Key);
        await SeeAsync(bob, room, (await RoomAsync(A, room)).Current.Find(RoomPolicy.EventType)!.EventId.Value);
        return (alice, bob, room);
    }

    internal Task ProtectAsync(FederatedUser user, string room, string key) => ServerPair.SetStateAsync(
        user, room, "m.room.policy", "", new JsonObject { ["via"] = B.Name.Value, ["public_keys"] = new JsonObject { ["ed25519"] = key } }.ToJsonString());

    internal Task JoinAsync(FederatedUser user, string room) =>
        user.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}?via={Uri.EscapeDataString(A.Name.Value)}", []);

    internal Task BanAsync(FederatedUser user) => ServerPair.SetStateAsync(
        _lister, _list, "m.policy.rule.user", $"rule:{user.UserId}",
        new JsonObject { ["entity"] = user.UserId.Value, ["recommendation"] = "m.ban", ["reason"] = "spam" }.ToJsonString());

    /// <summary>What a server answers when a user says something.</summary>
    internal static Task<(int Status, JsonObject Body)> TrySayAsync(FederatedUser user, string room, string text) => user.SendAsync(
        HttpMethod.Put, $"rooms/{Uri.EscapeDataString(room)}/send/m.room.message/{ServerPair.NewName("txn")}",
        new JsonObject { ["msgtype"] = "m.text", ["body"] = text });

    /// <summary>The event as the server has it; null when it does not.</summary>
    internal static async Task<StoredEvent?> FindAsync(FederatedServer server, string eventId) =>
        (await server.Services.GetRequiredService<IRoomStore>().FindKnownAsync([EventId.Parse(eventId)], default)).SingleOrDefault();

    internal static async Task<Room> RoomAsync(FederatedServer server, string room) =>
        (await server.Services.GetRequiredService<RoomRegistry>().FindAsync(RoomId.Parse(room), default))!;

    /// <summary>Whether the server has the event, and the policy server's signature with it.</summary>
    internal async Task<bool> IsSignedAsync(FederatedServer server, string eventId)
    {
        var stored = await FindAsync(server, eventId);
        Assert.NotNull(stored);
        return new RoomPolicy(B.Name, Key).IsSigned("12", stored.Json.Span);
    }

    /// <summary>An event that a user's server seals and shows to no policy server.</summary>
    internal static async Task<(JsonObject Event, string Id)> SealAsync(FederatedUser user, string room, EventProposal proposal)
    {
        var made = user.Server.Services.GetRequiredService<EventTemplates>().Seal((await RoomAsync(user.Server, room)).Current, proposal);
        Assert.True(made.TryGet(out var sealedEvent, out var error), error?.ToString());
        return (JsonNode.Parse(sealedEvent.Json)!.AsObject(), sealedEvent.EventId);
    }

    internal static Task<(JsonObject Event, string Id)> SealMessageAsync(FederatedUser user, string room) =>
        SealAsync(user, room, new EventProposal("m.room.message", user.UserId, """{"msgtype":"m.text","body":"unseen"}"""u8.ToArray()));

    /// <summary>Sends events from one server to the other as its transactions do.</summary>
    internal static async Task SendAsync(FederatedServer from, FederatedServer to, params JsonObject[] events)
    {
        var body = new JsonObject { ["origin"] = from.Name.Value, ["origin_server_ts"] = 1, ["pdus"] = new JsonArray([.. events]) };
        await Asking.AskAsync(from, to, FederationRequest.Put($"/_matrix/federation/v1/send/{ServerPair.NewName("txn")}", System.Text.Encoding.UTF8.GetBytes(body.ToJsonString())));
    }

    /// <summary>What B answers when A asks it to sign.</summary>
    internal Task<(int Status, string? Code)> AskToSignAsync(JsonObject json) => AskToSignAsync(A, B, json);

    internal static async Task<(int Status, string? Code)> AskToSignAsync(FederatedServer from, FederatedServer to, JsonObject json)
    {
        var request = FederationRequest.Post("/_matrix/policy/v1/sign", System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()));
        var result = await from.Services.GetRequiredService<IFederationClient>().SendAsync(to.Name, request, default);
        return result.TryGet(out var answer, out var failure) ? (answer.Status, null) : (failure.Status, failure.ErrorCode);
    }

    /// <summary>Waits until a user is shown the event.</summary>
    internal static async Task SeeAsync(FederatedUser user, string room, string eventId)
    {
        var end = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        string? since = null;
        while (true)
        {
            Assert.True(DateTime.UtcNow < end, "It does not come.");
            var sync = await user.CallAsync(HttpMethod.Get, $"sync?set_presence=offline&timeout=2000{(since is null ? "" : $"&since={Uri.EscapeDataString(since)}")}");
            since = (string)sync["next_batch"]!;
            if ((sync["rooms"]?["join"]?[room]?["timeline"]?["events"] as JsonArray ?? []).Any(entry => (string?)entry!["event_id"] == eventId))
                return;
        }
    }
}
