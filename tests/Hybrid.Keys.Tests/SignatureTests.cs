using System.Text.Json.Nodes;

namespace Hybrid.Keys.Tests;

public sealed class SignatureTests
{
    [Fact]
    public async Task A_device_signed_by_its_user_is_shown_so_to_everyone()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var bob = await host.EnterAsync("bob", "LAPTOP");
        var keys = await new CrossSigningSet(alice).UploadedAsync();

        var answer = await SignAsync(alice, alice.User, "PHONE", keys.SelfSigning.Sign(alice.DeviceKeys(), alice.User));

        Assert.Equal("""{"failures":{}}""", answer.Json.ToJsonString());
        var shown = (await bob.QueryAsync(alice.User))["device_keys"]![alice.User]!["PHONE"]!.AsObject();
        Assert.Equal(
            new[] { "ed25519:PHONE", $"ed25519:{keys.SelfSigning.Public}" }.Order(StringComparer.Ordinal),
            shown["signatures"]![alice.User]!.AsObject().Select(static signature => signature.Key).Order(StringComparer.Ordinal));
        Assert.Equal("PHONE of alice", (string)shown["unsigned"]!["device_display_name"]!);
        var verifier = new BouncyVerifier();
        var bytes = System.Text.Encoding.UTF8.GetBytes(shown.ToJsonString());
        Assert.True(verifier.Verify(bytes, alice.User, "ed25519:PHONE", alice.Key.Public));
        Assert.True(verifier.Verify(bytes, alice.User, $"ed25519:{keys.SelfSigning.Public}", keys.SelfSigning.Public));
    }

    [Fact]
    public async Task A_master_key_is_signed_by_the_devices_of_its_owner()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var keys = await new CrossSigningSet(alice).UploadedAsync();

        var answer = await SignAsync(alice, alice.User, keys.Master.Public, alice.Key.Sign(keys.MasterJson, alice.User, "PHONE"));

        Assert.Equal("""{"failures":{}}""", answer.Json.ToJsonString());
        Assert.NotNull((await alice.QueryAsync(alice.User))["master_keys"]![alice.User]!["signatures"]![alice.User]!["ed25519:PHONE"]);
    }

    [Fact]
    public async Task Who_verified_another_user_is_seen_by_the_verifier_alone()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var bob = await host.EnterAsync("bob", "LAPTOP");
        var carol = await host.EnterAsync("carol", "TABLET");
        var alices = await new CrossSigningSet(alice).UploadedAsync();
        var bobs = await new CrossSigningSet(bob).UploadedAsync();

        var answer = await SignAsync(alice, bob.User, bobs.Master.Public, alices.UserSigning.Sign(bobs.MasterJson, alice.User));

        Assert.Equal("""{"failures":{}}""", answer.Json.ToJsonString());
        Assert.NotNull(await SignatureSeenByAsync(alice));
        Assert.Null(await SignatureSeenByAsync(bob));
        Assert.Null(await SignatureSeenByAsync(carol));

        async Task<JsonNode?> SignatureSeenByAsync(TestDevice viewer) =>
            (await viewer.QueryAsync(bob.User))["master_keys"]![bob.User]!["signatures"]?[alice.User];
    }

    [Fact]
    public async Task What_does_not_verify_is_a_failure_and_the_rest_is_taken()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var keys = await new CrossSigningSet(alice).UploadedAsync();
        var forged = new TestKey().Sign(alice.DeviceKeys(), alice.User, keys.SelfSigning.Public);
        var good = alice.Key.Sign(keys.MasterJson, alice.User, "PHONE");
        var otherKey = alice.DeviceKeys();
        otherKey["algorithms"] = new JsonArray("m.other");

        var answer = await alice.PostAsync("keys/signatures/upload", new JsonObject
        {
            [alice.User] = new JsonObject { ["PHONE"] = forged, [keys.Master.Public] = good, ["UNKNOWN"] = alice.DeviceKeys() },
        });
        var changed = await SignAsync(alice, alice.User, "PHONE", keys.SelfSigning.Sign(otherKey, alice.User));
        var unsigned = await SignAsync(alice, alice.User, "PHONE", new JsonObject());

        Assert.Equal(200, answer.Status);
        Assert.Equal("M_INVALID_SIGNATURE", Failure(answer, "PHONE"));
        Assert.Equal("M_NOT_FOUND", Failure(answer, "UNKNOWN"));
        Assert.Null(Failure(answer, keys.Master.Public));
        Assert.Equal("M_INVALID_PARAM", Failure(changed, "PHONE"));
        Assert.Equal("M_INVALID_SIGNATURE", Failure(unsigned, "PHONE"));
        var shown = await alice.QueryAsync(alice.User);
        Assert.NotNull(shown["master_keys"]![alice.User]!["signatures"]![alice.User]!["ed25519:PHONE"]);
        Assert.Single(shown["device_keys"]![alice.User]!["PHONE"]!["signatures"]![alice.User]!.AsObject());

        string? Failure(Answer of, string key) => (string?)of.Json["failures"]![alice.User]?[key]?["errcode"];
    }

    [Fact]
    public async Task A_device_with_new_identity_keys_loses_its_signatures()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var keys = await new CrossSigningSet(alice).UploadedAsync();
        await SignAsync(alice, alice.User, "PHONE", keys.SelfSigning.Sign(alice.DeviceKeys(), alice.User));

        var next = alice with { Device = "PHONE" };
        Assert.Equal(200, (await next.UploadAsync(Renewed(next))).Status);

        var shown = (await alice.QueryAsync(alice.User))["device_keys"]![alice.User]!["PHONE"]!;
        Assert.Equal(["ed25519:PHONE"], shown["signatures"]![alice.User]!.AsObject().Select(static signature => signature.Key));

        static JsonObject Renewed(TestDevice device)
        {
            var json = device.DeviceKeys();
            json.Remove("signatures");
            json["algorithms"] = new JsonArray("m.olm.v1.curve25519-aes-sha2");
            return device.Key.Sign(json, device.User, device.Device);
        }
    }

    static Task<Answer> SignAsync(TestDevice signer, string owner, string key, JsonObject signed) =>
        signer.PostAsync("keys/signatures/upload", new JsonObject { [owner] = new JsonObject { [key] = signed } });
}
