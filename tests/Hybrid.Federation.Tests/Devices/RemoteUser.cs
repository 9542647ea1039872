using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Native;
using Hybrid.Primitives;
using NSec.Cryptography;

namespace Hybrid.Federation.Tests.Devices;

/// <summary>An Ed25519 key that signs JSON as clients do.</summary>
sealed class ClientKey : IDisposable
{
    readonly Key _key = Key.Create(SignatureAlgorithm.Ed25519);

    public string Public => Base64(_key.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    /// <summary>Adds the key's signature and returns the object.</summary>
    public JsonObject Sign(JsonObject json, UserId user, string? name = null)
    {
        var covered = json.DeepClone().AsObject();
        covered.Remove("signatures");
        covered.Remove("unsigned");
        var signature = SignatureAlgorithm.Ed25519.Sign(_key, CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(covered.ToJsonString())));
        var signatures = json["signatures"] as JsonObject ?? [];
        var bySigner = signatures[user.Value] as JsonObject ?? [];
        bySigner[$"ed25519:{name ?? Public}"] = Base64(signature);
        signatures[user.Value] = bySigner;
        json["signatures"] = signatures;
        return json;
    }

    public void Dispose() => _key.Dispose();

    static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');
}

/// <summary>A user of another server, as that server knows them.</summary>
sealed class RemoteUser(string userId) : IDisposable
{
    readonly Dictionary<string, ClientKey> _keys = new(StringComparer.Ordinal);

    public UserId UserId { get; } = UserId.Parse(userId);

    public ClientKey Master { get; } = new();

    public ClientKey SelfSigning { get; } = new();

    public ClientKey UserSigning { get; } = new();

    /// <summary>Identity keys by device.</summary>
    public SortedDictionary<string, JsonObject> Devices { get; } = new(StringComparer.Ordinal);

    public long StreamId { get; set; } = 10;

    public bool HasCrossSigning { get; set; }

    public JsonObject MasterJson => SigningKey("master", Master);

    public JsonObject SelfSigningJson => Master.Sign(SigningKey("self_signing", SelfSigning), UserId);

    public JsonObject UserSigningJson => Master.Sign(SigningKey("user_signing", UserSigning), UserId);

    /// <summary>Adds a device with keys of its own.</summary>
    public JsonObject Add(string device) => Devices[device] = DeviceKeys(device);

    /// <summary>Keys of a device, signed by it.</summary>
    public JsonObject DeviceKeys(string device, string? user = null)
    {
        var key = KeyOf(device);
        return key.Sign(
            new JsonObject
            {
                ["user_id"] = user ?? UserId.Value,
                ["device_id"] = device,
                ["algorithms"] = new JsonArray("m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"),
                ["keys"] = new JsonObject { [$"ed25519:{device}"] = key.Public, [$"curve25519:{device}"] = key.Public },
            },
            UserId.Parse(user ?? UserId.Value),
            device);
    }

    public JsonObject OneTimeKey(string device, string value) => KeyOf(device).Sign(new JsonObject { ["key"] = value }, UserId, device);

    public void Dispose()
    {
        Master.Dispose();
        SelfSigning.Dispose();
        UserSigning.Dispose();
        foreach (var key in _keys.Values)
            key.Dispose();
    }

    ClientKey KeyOf(string device) => _keys.TryGetValue(device, out var key) ? key : _keys[device] = new ClientKey();

    JsonObject SigningKey(string usage, ClientKey key) => new()
    {
        ["user_id"] = UserId.Value,
        ["usage"] = new JsonArray(usage),
        ["keys"] = new JsonObject { [$"ed25519:{key.Public}"] = key.Public },
    };
}
