using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Conformance.Tests.Running;
using Hybrid.Keys.Tests;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>Device keys, one-time keys and cross-signing, each signed by a real key.</summary>
static class Encryption
{
    public static Examples AddEncryption(this Examples examples) => examples
        .Add("uploadKeys", static async story =>
        {
            var user = await story.UserAsync();
            return new Call { As = user, Body = DeviceKeys(user, new TestKey()).ToJsonString() };
        })
        .Add("uploadKeys", static _ => new Call { Body = "{}" })
        .Add("queryKeys", static async story =>
        {
            var user = await WithKeysAsync(story);
            (await user.PostAsync("keys/device_signing/upload", CrossSigning(user, new TestKey()).ToJsonString())).Ok.Clear();
            return new Call { Body = $$$"""{"device_keys":{"{{{user.UserId}}}":[]}}""" };
        })
        .Add("claimKeys", static async story =>
        {
            var user = await WithKeysAsync(story);
            return new Call { Body = $$$$"""{"one_time_keys":{"{{{{user.UserId}}}}":{"{{{{user.DeviceId}}}}":"signed_curve25519"}}}""" };
        })
        .Add("getKeysChanges", static story => new Call { Query = $"from={story.Since}&to={story.Since}" })
        .Add("uploadCrossSigningKeys", static async story =>
        {
            var user = await story.UserAsync();
            return new Call { As = user, Body = CrossSigning(user, new TestKey()).ToJsonString() };
        })
        .Add("uploadCrossSigningSignatures", static async story =>
        {
            var (user, key, master) = (await story.UserAsync(), new TestKey(), new TestKey());
            (await user.PostAsync("keys/upload", DeviceKeys(user, key).ToJsonString())).Ok.Clear();
            (await user.PostAsync("keys/device_signing/upload", CrossSigning(user, master).ToJsonString())).Ok.Clear();
            var signed = key.Sign(CrossSigning(user, master)["master_key"]!.DeepClone().AsObject(), user.UserId.Value, user.DeviceId);
            return new Call { As = user, Body = new JsonObject { [user.UserId.Value] = new JsonObject { [master.Public] = signed } }.ToJsonString() };
        });

    static async Task<TestUser> WithKeysAsync(Story story)
    {
        var user = await story.UserAsync();
        (await user.PostAsync("keys/upload", DeviceKeys(user, new TestKey()).ToJsonString())).Ok.Clear();
        return user;
    }

    static JsonObject DeviceKeys(TestUser user, TestKey key)
    {
        var (name, device) = (user.UserId.Value, user.DeviceId);
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

    static JsonObject CrossSigning(TestUser user, TestKey master)
    {
        return new JsonObject
        {
            ["master_key"] = Key("master", master),
            ["self_signing_key"] = master.Sign(Key("self_signing", new TestKey()), user.UserId.Value),
            ["user_signing_key"] = master.Sign(Key("user_signing", new TestKey()), user.UserId.Value),
        };

        JsonObject Key(string usage, TestKey key) => new()
        {
            ["user_id"] = user.UserId.Value,
            ["usage"] = new JsonArray(usage),
            ["keys"] = new JsonObject { [$"ed25519:{key.Public}"] = key.Public },
        };
    }
}
