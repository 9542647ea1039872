using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Hybrid.Keys.Tests;

public sealed class KeyClaimTests
{
    [Fact]
    public async Task Claims_get_the_oldest_upload_first_and_the_bytes_that_were_sent()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var bob = await host.EnterAsync("bob", "LAPTOP");
        var keys = new[] { "Z", "M", "A" }.Select(id => (Id: $"signed_curve25519:{id}", Key: alice.PreKey(id))).ToList();
        foreach (var (id, key) in keys)
            await alice.UploadAsync(oneTime: new JsonObject { [id] = key.DeepClone() });

        foreach (var (id, key) in keys)
        {
            var claimed = await bob.ClaimAsync(alice);
            Assert.Equal((id, key.ToJsonString()), (claimed!.Value.Name, claimed.Value.Key.ToJsonString()));
        }
    }

    [Fact]
    public async Task Simultaneous_claims_never_get_the_same_key()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var bob = await host.EnterAsync("bob", "LAPTOP");
        var keys = new JsonObject();
        foreach (var number in Enumerable.Range(0, 60))
            keys[string.Create(CultureInfo.InvariantCulture, $"signed_curve25519:{number}")] = alice.PreKey($"{number}");
        await alice.UploadAsync(oneTime: keys);

        var claimed = new ConcurrentBag<string?>();
        await Parallel.ForAsync(0, 80, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, _) => claimed.Add((await bob.ClaimAsync(alice))?.Name));

        Assert.Equal(20, claimed.Count(static name => name is null));
        Assert.Equal(60, claimed.Where(static name => name is not null).Distinct().Count());
    }

    [Fact]
    public async Task The_fallback_key_comes_last_is_given_again_and_counts_as_used()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var bob = await host.EnterAsync("bob", "LAPTOP");
        var fallback = new JsonObject { ["signed_curve25519:F"] = alice.PreKey("f", true) };
        await alice.UploadAsync(oneTime: new JsonObject { ["signed_curve25519:A"] = alice.PreKey() }, fallback: fallback.DeepClone().AsObject());

        Assert.Equal("signed_curve25519:A", (await bob.ClaimAsync(alice))!.Value.Name);
        Assert.Equal("signed_curve25519:F", (await bob.ClaimAsync(alice))!.Value.Name);
        Assert.Equal("signed_curve25519:F", (await bob.ClaimAsync(alice))!.Value.Name);

        // The repetition of a lost request must not make the used key look fresh.
        await alice.UploadAsync(fallback: fallback);
        var store = host.Get<Storage.Keys.IKeyStore>();
        Assert.Empty(await store.ReadUnusedFallbackKeyTypesAsync(alice.UserId, alice.DeviceId, default));
    }

    [Fact]
    public async Task What_is_not_there_is_missing_and_other_servers_are_failures()
    {
        await using var host = await KeysHost.StartAsync();
        var bob = await host.EnterAsync("bob", "LAPTOP");

        var answer = await bob.PostAsync("keys/claim", JsonNode.Parse(
            """{"one_time_keys":{"@nobody:test":{"X":"signed_curve25519"},"@bob:test":{"LAPTOP":"unknown"},"@carol:elsewhere":{"Y":"signed_curve25519"}}}""")!);

        Assert.Equal("{}", answer.Json["one_time_keys"]!.ToJsonString());
        Assert.Equal(["elsewhere"], answer.Json["failures"]!.AsObject().Select(static failure => failure.Key));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"one_time_keys":{"nobody":{}}}""")]
    [InlineData("""{"one_time_keys":{"@bob:test":{"LAPTOP":null}}}""")]
    public async Task A_claim_of_the_wrong_shape_is_bad_json(string body)
    {
        await using var host = await KeysHost.StartAsync();
        var bob = await host.EnterAsync("bob", "LAPTOP");

        var answer = await bob.PostAsync("keys/claim", JsonNode.Parse(body)!);

        Assert.Equal((400, "M_BAD_JSON"), (answer.Status, answer.Code));
    }
}
