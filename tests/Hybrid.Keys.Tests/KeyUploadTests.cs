using System.Text.Json.Nodes;

namespace Hybrid.Keys.Tests;

public sealed class KeyUploadTests
{
    [Fact]
    public async Task An_upload_counts_the_unclaimed_keys()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE", upload: false);

        var answer = await alice.UploadAsync(
            alice.DeviceKeys(),
            new JsonObject { ["signed_curve25519:A"] = alice.PreKey(), ["signed_curve25519:B"] = alice.PreKey("b"), ["curve25519:C"] = "plain" });

        Assert.Equal(200, answer.Status);
        Assert.Equal("""{"signed_curve25519":2,"curve25519":1}""", answer.Json["one_time_key_counts"]!.ToJsonString());
    }

    [Fact]
    public async Task An_empty_upload_tells_the_counts()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE", upload: false);

        Assert.Equal("""{"one_time_key_counts":{"signed_curve25519":0}}""", (await alice.UploadAsync()).Json.ToJsonString());
    }

    [Fact]
    public async Task The_same_key_again_is_fine_and_another_under_its_name_is_refused_whole()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var first = alice.PreKey("first");
        await alice.UploadAsync(oneTime: new JsonObject { ["signed_curve25519:A"] = first.DeepClone() });

        var again = await alice.UploadAsync(oneTime: new JsonObject { ["signed_curve25519:A"] = first.DeepClone() });
        var other = await alice.UploadAsync(
            oneTime: new JsonObject { ["signed_curve25519:B"] = alice.PreKey("b"), ["signed_curve25519:A"] = alice.PreKey("other") });

        Assert.Equal(200, again.Status);
        Assert.Equal((400, "M_INVALID_PARAM"), (other.Status, other.Code));
        Assert.StartsWith("One time key signed_curve25519:A already exists.", (string)other.Json["error"]!, StringComparison.Ordinal);
        Assert.Equal(1, (int)(await alice.UploadAsync()).Json["one_time_key_counts"]!["signed_curve25519"]!);
    }

    [Fact]
    public async Task A_claimed_key_that_is_uploaded_again_is_not_given_out_again()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var bob = await host.EnterAsync("bob", "LAPTOP");
        var upload = new JsonObject { ["signed_curve25519:A"] = alice.PreKey() };
        await alice.UploadAsync(oneTime: upload.DeepClone().AsObject());
        Assert.NotNull(await bob.ClaimAsync(alice));

        var again = await alice.UploadAsync(oneTime: upload);

        Assert.Equal(200, again.Status);
        Assert.Equal(0, (int)again.Json["one_time_key_counts"]!["signed_curve25519"]!);
        Assert.Null(await bob.ClaimAsync(alice));
    }

    [Fact]
    public async Task Device_keys_of_another_user_or_device_are_refused()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE", upload: false);

        var user = await alice.UploadAsync(alice.DeviceKeys(user: "@bob:test"));
        var device = await alice.UploadAsync(alice.DeviceKeys(device: "OTHER"));

        Assert.Equal((400, "M_BAD_JSON"), (user.Status, user.Code));
        Assert.Equal((400, "M_BAD_JSON"), (device.Status, device.Code));
    }

    [Fact]
    public async Task Device_keys_need_a_valid_signature_of_the_device()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE", upload: false);
        var unsigned = alice.DeviceKeys();
        unsigned.Remove("signatures");
        var changed = alice.DeviceKeys();
        changed["algorithms"] = new JsonArray("m.evil");

        foreach (var keys in new[] { unsigned, changed })
        {
            var answer = await alice.UploadAsync(keys);
            Assert.Equal((400, "M_INVALID_SIGNATURE"), (answer.Status, answer.Code));
        }

        Assert.Empty((await alice.QueryAsync(alice.User))["device_keys"]![alice.User]!.AsObject());
    }

    [Theory]
    [InlineData("""{"device_keys":[]}""")]
    [InlineData("""{"device_keys":{"user_id":"@alice:test","device_id":"PHONE"}}""")]
    [InlineData("""{"one_time_keys":[]}""")]
    [InlineData("""{"one_time_keys":{"nocolon":"key"}}""")]
    [InlineData("""{"one_time_keys":{"signed_curve25519:A":"not signed"}}""")]
    [InlineData("""{"one_time_keys":{"signed_curve25519:A":{"key":1,"signatures":{}}}}""")]
    [InlineData("""{"one_time_keys":{"curve25519:A":null}}""")]
    [InlineData("""{"fallback_keys":{"curve25519:A":7}}""")]
    public async Task An_upload_of_the_wrong_shape_is_bad_json(string body)
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE", upload: false);

        var answer = await alice.PostAsync("keys/upload", JsonNode.Parse(body)!);

        Assert.Equal((400, "M_BAD_JSON"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Counts_and_fallback_types_follow_every_change_and_the_end_of_the_device()
    {
        await using var host = await KeysHost.StartAsync();
        var store = host.Get<Storage.Keys.IKeyStore>();
        var alice = await host.EnterAsync("alice", "PHONE");
        var bob = await host.EnterAsync("bob", "LAPTOP");

        Assert.Equal((0, 0), await StatusAsync());
        await alice.UploadAsync(
            oneTime: new JsonObject { ["signed_curve25519:A"] = alice.PreKey() }, fallback: new JsonObject { ["signed_curve25519:F"] = alice.PreKey("f", true) });
        Assert.Equal((1, 1), await StatusAsync());
        await bob.ClaimAsync(alice);
        Assert.Equal((0, 1), await StatusAsync());
        await bob.ClaimAsync(alice);
        Assert.Equal((0, 0), await StatusAsync());
        await alice.UploadAsync(
            oneTime: new JsonObject { ["signed_curve25519:B"] = alice.PreKey("b") }, fallback: new JsonObject { ["signed_curve25519:G"] = alice.PreKey("g", true) });
        Assert.Equal((1, 1), await StatusAsync());
        Assert.Equal(200, (await alice.PostAsync("logout", new JsonObject())).Status);
        await host.EnterAsync("alice", "PHONE", upload: false);
        Assert.Equal((0, 0), await StatusAsync());

        async Task<(int OneTime, int Fallback)> StatusAsync() => (
            (await store.CountOneTimeKeysAsync(alice.UserId, alice.DeviceId, default))["signed_curve25519"],
            (await store.ReadUnusedFallbackKeyTypesAsync(alice.UserId, alice.DeviceId, default)).Count);
    }

    [Theory]
    [InlineData("one_time_keys")]
    [InlineData("fallback_keys")]
    public async Task A_key_that_the_device_did_not_sign_is_refused_and_nothing_of_the_upload_stored(string kind)
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var forged = new TestKey().Sign(new JsonObject { ["key"] = "b" }, alice.User, alice.Device);
        var body = new JsonObject
        {
            ["one_time_keys"] = new JsonObject { ["signed_curve25519:A"] = alice.PreKey() },
            [kind] = new JsonObject { ["signed_curve25519:B"] = forged },
        };

        var later = await alice.PostAsync("keys/upload", body.DeepClone());
        body["device_keys"] = alice.DeviceKeys();
        var together = await alice.PostAsync("keys/upload", body);

        Assert.Equal((400, "M_INVALID_SIGNATURE"), (later.Status, later.Code));
        Assert.Equal((400, "M_INVALID_SIGNATURE"), (together.Status, together.Code));
        Assert.Null(await alice.ClaimAsync(alice));
    }

    [Fact]
    public async Task There_is_one_fallback_key_per_algorithm()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");

        var answer = await alice.UploadAsync(
            fallback: new JsonObject { ["signed_curve25519:F"] = alice.PreKey("f", true), ["signed_curve25519:G"] = alice.PreKey("g", true) });

        Assert.Equal((400, "M_INVALID_PARAM"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Keys_have_a_size_that_everyone_can_keep()
    {
        await using var host = await KeysHost.StartAsync();
        var phone = await host.EnterAsync("alice", "PHONE", upload: false);
        var large = phone.DeviceKeys();
        large["padding"] = new string('x', 17_000);
        phone.Key.Sign(large, phone.User, "PHONE");
        var set = new CrossSigningSet(phone);
        var master = set.MasterJson;
        master["padding"] = new string('x', 17_000);

        var device = await phone.UploadAsync(deviceKeys: large);
        var oneTime = await phone.UploadAsync(oneTime: new JsonObject { ["signed_curve25519:A"] = phone.PreKey(new string('x', 17_000)) });
        var signing = await phone.PostAsync("keys/device_signing/upload", new JsonObject { ["master_key"] = master });

        Assert.All([device, oneTime, signing], static answer => Assert.Equal((413, "M_TOO_LARGE"), (answer.Status, answer.Code)));
    }
}
