using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;

namespace Hybrid.Federation.Tests.Devices;

/// <summary>Other servers that know keys of their users, without a network.</summary>
sealed class KeyServers : IFederationClient, IDisposable
{
    readonly Dictionary<UserId, RemoteUser> _users = [];

    /// <summary>What was asked, as method and path.</summary>
    public ConcurrentQueue<(ServerName Server, string What, JsonObject? Body)> Asked { get; } = new();

    /// <summary>Why a request fails; null when it does not.</summary>
    public Func<ServerName, FederationFailure?> Failure { get; set; } = static _ => null;

    /// <summary>What a request waits for before it is answered.</summary>
    public Func<Task> Before { get; set; } = static () => Task.CompletedTask;

    /// <summary>Changes an answer on its way.</summary>
    public Func<JsonObject, string> Bend { get; set; } = static answer => answer.ToJsonString();

    /// <summary>What <c>user/keys/claim</c> answers.</summary>
    public JsonObject Claimed { get; set; } = [];

    public RemoteUser Add(string userId)
    {
        var user = new RemoteUser(userId);
        return _users[user.UserId] = user;
    }

    /// <summary>How often something was asked since the last time this was called.</summary>
    public int TakeCount(string what)
    {
        var count = Asked.Count(asked => asked.What.StartsWith(what, StringComparison.Ordinal));
        Asked.Clear();
        return count;
    }

    public async ValueTask<FederationResult<FederationAnswer>> SendAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken)
    {
        var body = request.Body is { } bytes ? JsonNode.Parse(bytes.Span)!.AsObject() : null;
        var what = request.Target["/_matrix/federation/v1/user/".Length..];
        Asked.Enqueue((destination, what, body));
        await Before().WaitAsync(cancellationToken);
        if (Failure(destination) is { } failure)
            return failure;

        var answer = what switch
        {
            "keys/query" => Query(body!["device_keys"]!.AsObject()),
            "keys/claim" => new JsonObject { ["one_time_keys"] = Claimed.DeepClone() },
            _ => List(_users[UserId.Parse(Uri.UnescapeDataString(what["devices/".Length..]))]),
        };
        return new FederationAnswer(200, Encoding.UTF8.GetBytes(Bend(answer)));
    }

    public ValueTask<FederationResult<OpenFederationAnswer>> OpenAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Nothing here is read as it comes.");

    public void Dispose()
    {
        foreach (var user in _users.Values)
            user.Dispose();
    }

    JsonObject Query(JsonObject wanted)
    {
        var (devices, masters, selfSigning) = (new JsonObject(), new JsonObject(), new JsonObject());
        foreach (var (name, _) in wanted)
        {
            if (!_users.TryGetValue(UserId.Parse(name), out var user))
                continue;

            devices[name] = new JsonObject(user.Devices.Select(static device => KeyValuePair.Create(device.Key, (JsonNode?)device.Value.DeepClone())));
            if (user.HasCrossSigning)
                (masters[name], selfSigning[name]) = (user.MasterJson, user.SelfSigningJson);
        }

        return new JsonObject { ["device_keys"] = devices, ["master_keys"] = masters, ["self_signing_keys"] = selfSigning };
    }

    static JsonObject List(RemoteUser user)
    {
        var answer = new JsonObject
        {
            ["user_id"] = user.UserId.Value,
            ["stream_id"] = user.StreamId,
            ["devices"] = new JsonArray([.. user.Devices.Select(static device => new JsonObject { ["device_id"] = device.Key, ["keys"] = device.Value.DeepClone() })]),
        };
        if (user.HasCrossSigning)
            (answer["master_key"], answer["self_signing_key"]) = (user.MasterJson, user.SelfSigningJson);
        return answer;
    }
}
