using System.Text.Json.Nodes;
using Hybrid.Keys.Tests;
using Hybrid.Primitives;

namespace Hybrid.Conformance.Tests.Running;

/// <summary>End-to-end encryption keys as clients upload them, each signed by a real key.</summary>
static class ExampleKeys
{
    /// <summary>The body of an upload of a device's keys, a one-time key and a fallback key.</summary>
    public static JsonObject OfDevice(UserId userId, string device, TestKey key)
    {
        var name = userId.Value;
        return new JsonObject
        {
            ["device_keys"] = key.Sign(
                new JsonObject
                {
                    ["user_id"] = name,
                    ["device_id"] = device,
                    ["algorithms"] = new JsonArray("m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"),
                    ["keys"] = new JsonObject { [$"ed25519:{device}"] = key.Public, [$"curve25519:{device}"] = key.Public },
                },
                name,
                device),
            ["one_time_keys"] = new JsonObject { ["signed_curve25519:AAAAAQ"] = key.Sign(new JsonObject { ["key"] = key.Public }, name, device) },
            ["fallback_keys"] = new JsonObject { ["signed_curve25519:AAAAAg"] = key.Sign(new JsonObject { ["key"] = key.Public, ["fallback"] = true }, name, device) },
        };
    }

    /// <summary>The body of an upload of cross-signing keys.</summary>
    public static JsonObject CrossSigning(UserId userId, TestKey master)
    {
        return new JsonObject
        {
            ["master_key"] = Key("master", master),
            ["self_signing_key"] = master.Sign(Key("self_signing", new TestKey()), userId.Value),
            ["user_signing_key"] = master.Sign(Key("user_signing", new TestKey()), userId.Value),
        };

        JsonObject Key(string usage, TestKey key) => new()
        {
            ["user_id"] = userId.Value,
            ["usage"] = new JsonArray(usage),
            ["keys"] = new JsonObject { [$"ed25519:{key.Public}"] = key.Public },
        };
    }
}
