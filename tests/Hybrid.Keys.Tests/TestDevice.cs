using System.Text.Json.Nodes;
using Hybrid.Primitives;

namespace Hybrid.Keys.Tests;

/// <summary>A logged-in device with an identity key.</summary>
sealed record TestDevice(KeysHost Host, string User, string Device, string Token)
{
    public TestKey Key { get; } = new();

    public UserId UserId => UserId.Parse(User);

    public DeviceId DeviceId => DeviceId.Parse(Device);

    public Task<Answer> PostAsync(string path, JsonNode body) => Host.SendAsync("POST", path, body, Token);

    public Task<Answer> PutAsync(string path, JsonNode body) => Host.SendAsync("PUT", path, body, Token);

    public Task<Answer> GetAsync(string path) => Host.SendAsync("GET", path, null, Token);

    public Task<Answer> DeleteAsync(string path) => Host.SendAsync("DELETE", path, null, Token);

    /// <summary>The identity keys, signed by the device.</summary>
    public JsonObject DeviceKeys(string? user = null, string? device = null) => Key.Sign(
        new JsonObject
        {
            ["user_id"] = user ?? User,
            ["device_id"] = device ?? Device,
            ["algorithms"] = new JsonArray("m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"),
            ["keys"] = new JsonObject { [$"ed25519:{Device}"] = Key.Public, [$"curve25519:{Device}"] = Key.Public },
        },
        User,
        Device);

    /// <summary>A one-time or fallback key, signed by the device.</summary>
    public JsonObject PreKey(string key = "a", bool fallback = false)
    {
        var json = new JsonObject { ["key"] = key };
        if (fallback)
            json["fallback"] = true;
        return Key.Sign(json, User, Device);
    }

    public Task<Answer> UploadAsync(JsonObject? deviceKeys = null, JsonObject? oneTime = null, JsonObject? fallback = null)
    {
        var body = new JsonObject();
        if (deviceKeys is not null)
            body["device_keys"] = deviceKeys;
        if (oneTime is not null)
            body["one_time_keys"] = oneTime;
        if (fallback is not null)
            body["fallback_keys"] = fallback;
        return PostAsync("keys/upload", body);
    }

    public async Task<JsonObject> QueryAsync(params string[] users)
    {
        var wanted = new JsonObject();
        foreach (var user in users)
            wanted[user] = new JsonArray();
        var answer = await PostAsync("keys/query", new JsonObject { ["device_keys"] = wanted });
        Assert.Equal(200, answer.Status);
        return answer.Json;
    }

    /// <summary>The name and the object of the key that a claim on <paramref name="target"/> got; null when it got none.</summary>
    public async Task<(string Name, JsonNode Key)?> ClaimAsync(TestDevice target, string algorithm = "signed_curve25519")
    {
        var answer = await PostAsync("keys/claim", new JsonObject
        {
            ["one_time_keys"] = new JsonObject { [target.User] = new JsonObject { [target.Device] = algorithm } },
        });
        Assert.Equal(200, answer.Status);
        return answer.Json["one_time_keys"]?[target.User]?[target.Device] is JsonObject found ? (found.Single().Key, found.Single().Value!) : null;
    }
}
