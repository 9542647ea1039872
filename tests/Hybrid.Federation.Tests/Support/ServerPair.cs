using System.Text.Json.Nodes;
using Hybrid.Federation.Requests;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests.Support;

/// <summary>Two whole servers for the tests of a class; each test has users and rooms of its own.</summary>
public sealed class ServerPair : IAsyncLifetime
{
    static int _names;

    FederatedServers _servers = null!;

    internal FederatedServer A => _servers[0];

    internal FederatedServer B => _servers[1];

    /// <summary>A name that no test has used.</summary>
    public static string NewName(string kind = "user") => $"{kind}{Interlocked.Increment(ref _names)}";

    public async Task InitializeAsync() => _servers = await FederatedServers.StartAsync(2, static settings => settings with { PublicRoomsOverFederation = true });

    public async Task DisposeAsync() => await _servers.DisposeAsync();

    internal Task<FederatedUser> AliceAsync() => A.RegisterAsync(NewName("alice"));

    internal Task<FederatedUser> BobAsync() => B.RegisterAsync(NewName("bob"));

    /// <summary>What B answers to a signed request of A: 200 and the body, or the status and the errcode of its refusal.</summary>
    internal async Task<(int Status, JsonNode? Answer, string? ErrorCode)> AskAsync(FederationRequest request)
    {
        var result = await A.Services.GetRequiredService<IFederationClient>().SendAsync(B.Name, request with { EvenInBackOff = true }, default);
        if (result.TryGet(out var answer, out var failure))
            return (answer.Status, JsonNode.Parse(answer.Body.Span), null);

        Assert.Equal(FailureKind.Refused, failure.Kind);
        return (failure.Status, null, failure.ErrorCode);
    }

    internal Task<(int Status, JsonNode? Answer, string? ErrorCode)> GetAsync(string target) => AskAsync(FederationRequest.Get(target));

    /// <summary>A room of a user's; its ID.</summary>
    internal static async Task<string> CreateRoomAsync(FederatedUser user, string body = "{}") =>
        (string)(await user.CallAsync(HttpMethod.Post, "createRoom", (JsonObject)JsonNode.Parse(body)!))["room_id"]!;

    internal static Task SetStateAsync(FederatedUser user, string room, string type, string key, string content) => user.CallAsync(
        HttpMethod.Put, $"rooms/{Uri.EscapeDataString(room)}/state/{type}/{Uri.EscapeDataString(key)}", (JsonObject)JsonNode.Parse(content)!);

    internal static async Task<string> SayAsync(FederatedUser user, string room, string text) => (string)(await user.CallAsync(
        HttpMethod.Put, $"rooms/{Uri.EscapeDataString(room)}/send/m.room.message/{NewName("txn")}",
        new JsonObject { ["msgtype"] = "m.text", ["body"] = text }))["event_id"]!;
}
