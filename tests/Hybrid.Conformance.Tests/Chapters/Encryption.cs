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
            return new Call { As = user, Body = ExampleKeys.OfDevice(user.UserId, user.DeviceId, new TestKey()).ToJsonString() };
        })
        .Add("uploadKeys", static _ => new Call { Body = "{}" })
        .Add("queryKeys", static async story =>
        {
            var user = await WithKeysAsync(story);
            (await user.PostAsync("keys/device_signing/upload", ExampleKeys.CrossSigning(user.UserId, new TestKey()).ToJsonString())).Ok.Clear();
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
            return new Call { As = user, Body = ExampleKeys.CrossSigning(user.UserId, new TestKey()).ToJsonString() };
        })
        .Add("uploadCrossSigningSignatures", static async story =>
        {
            var (user, key, master) = (await story.UserAsync(), new TestKey(), new TestKey());
            (await user.PostAsync("keys/upload", ExampleKeys.OfDevice(user.UserId, user.DeviceId, key).ToJsonString())).Ok.Clear();
            (await user.PostAsync("keys/device_signing/upload", ExampleKeys.CrossSigning(user.UserId, master).ToJsonString())).Ok.Clear();
            var signed = key.Sign(ExampleKeys.CrossSigning(user.UserId, master)["master_key"]!.DeepClone().AsObject(), user.UserId.Value, user.DeviceId);
            return new Call { As = user, Body = new JsonObject { [user.UserId.Value] = new JsonObject { [master.Public] = signed } }.ToJsonString() };
        });

    static async Task<TestUser> WithKeysAsync(Story story)
    {
        var user = await story.UserAsync();
        (await user.PostAsync("keys/upload", ExampleKeys.OfDevice(user.UserId, user.DeviceId, new TestKey()).ToJsonString())).Ok.Clear();
        return user;
    }
}
