using System.Text.Json.Nodes;

namespace Hybrid.Keys.Tests;

public sealed class CrossSigningTests
{
    const string Path = "keys/device_signing/upload";

    [Fact]
    public async Task The_first_set_needs_no_password_and_neither_does_its_repetition()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var keys = new CrossSigningSet(alice);

        Assert.Equal(200, (await alice.PostAsync(Path, keys.Body)).Status);
        Assert.Equal(200, (await alice.PostAsync(Path, keys.Body)).Status);
        Assert.Equal(200, (await alice.PostAsync(Path, new JsonObject { ["self_signing_key"] = keys.SelfSigningJson })).Status);
    }

    [Fact]
    public async Task New_keys_need_the_password_and_take_the_place_of_the_old()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        await new CrossSigningSet(alice).UploadedAsync();
        var next = new CrossSigningSet(alice);
        var body = new JsonObject { ["master_key"] = next.MasterJson };

        var challenge = await alice.PostAsync(Path, body.DeepClone());
        Assert.Equal(401, challenge.Status);
        body["auth"] = JsonNode.Parse(
            $$"""{"type":"m.login.password","identifier":{"type":"m.id.user","user":"alice"},"password":"correct horse","session":"{{challenge.Json["session"]}}"}""");
        var answer = await alice.PostAsync(Path, body);

        Assert.Equal(200, answer.Status);
        var shown = await alice.QueryAsync(alice.User);
        Assert.NotNull(shown["master_keys"]![alice.User]!["keys"]![$"ed25519:{next.Master.Public}"]);

        // The old ones are not signed by the new master key and would mislead.
        Assert.Empty(shown["self_signing_keys"]!.AsObject());
        Assert.Empty(shown["user_signing_keys"]!.AsObject());
    }

    [Fact]
    public async Task A_single_new_key_beside_a_stored_master_key_needs_the_password()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var keys = new CrossSigningSet(alice);
        await alice.PostAsync(Path, new JsonObject { ["master_key"] = keys.MasterJson });

        Assert.Equal(401, (await alice.PostAsync(Path, new JsonObject { ["self_signing_key"] = keys.SelfSigningJson })).Status);
    }

    [Fact]
    public async Task A_key_that_the_master_key_did_not_sign_is_refused()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var (keys, other) = (new CrossSigningSet(alice), new CrossSigningSet(alice));

        var answer = await alice.PostAsync(Path, new JsonObject { ["master_key"] = keys.MasterJson, ["self_signing_key"] = other.SelfSigningJson });

        Assert.Equal((400, "M_INVALID_SIGNATURE"), (answer.Status, answer.Code));
        Assert.Empty((await alice.QueryAsync(alice.User))["master_keys"]!.AsObject());
    }

    [Fact]
    public async Task Without_any_master_key_others_are_refused()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");

        var answer = await alice.PostAsync(Path, new JsonObject { ["self_signing_key"] = new CrossSigningSet(alice).SelfSigningJson });

        Assert.Equal((400, "M_MISSING_PARAM"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Wrong_owner_usage_or_key_name_is_an_invalid_parameter()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var keys = new CrossSigningSet(alice);
        var (owner, usage, name) = (keys.MasterJson, keys.MasterJson, keys.MasterJson);
        owner["user_id"] = "@bob:test";
        usage["usage"] = new JsonArray("self_signing");
        name["keys"] = new JsonObject { ["ed25519:other"] = keys.Master.Public };

        foreach (var json in new[] { owner, usage, name })
        {
            var answer = await alice.PostAsync(Path, new JsonObject { ["master_key"] = json });
            Assert.Equal((400, "M_INVALID_PARAM"), (answer.Status, answer.Code));
        }
    }

    [Fact]
    public async Task A_key_named_like_a_device_is_forbidden()
    {
        await using var host = await KeysHost.StartAsync();
        var key = new TestKey();
        var alice = await host.EnterAsync("alice", key.Public);

        var answer = await alice.PostAsync(Path, new JsonObject { ["master_key"] = new CrossSigningSet(alice, key).MasterJson });

        Assert.Equal((403, "M_FORBIDDEN"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task The_user_signing_key_is_shown_only_to_its_owner()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var bob = await host.EnterAsync("bob", "LAPTOP");
        await new CrossSigningSet(alice).UploadedAsync();

        var forBob = await bob.QueryAsync(alice.User);

        Assert.Single(forBob["master_keys"]!.AsObject());
        Assert.Single(forBob["self_signing_keys"]!.AsObject());
        Assert.Empty(forBob["user_signing_keys"]!.AsObject());
        Assert.Single((await alice.QueryAsync(alice.User))["user_signing_keys"]!.AsObject());
    }
}
