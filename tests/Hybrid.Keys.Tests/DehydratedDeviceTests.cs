using System.Globalization;
using System.Text.Json.Nodes;

namespace Hybrid.Keys.Tests;

/// <summary>Dehydrated devices (MSC3814).</summary>
public sealed class DehydratedDeviceTests
{
    const string Path = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device";

    [Fact]
    public async Task A_device_is_left_found_seen_by_others_and_deleted()
    {
        await using var host = await KeysHost.StartAsync();
        var (alice, signing) = await EnterAsync(host);
        var bob = await host.EnterAsync("bob", "LAPTOP");
        var (id, body) = Upload(alice, signing);

        var put = await alice.PutAsync(Path, body);
        var found = await alice.GetAsync(Path);
        var keys = (await bob.QueryAsync(alice.User))["device_keys"]![alice.User]![id]!;
        var claimed = await bob.PostAsync("keys/claim", Claim(alice, id));
        var again = await bob.PostAsync("keys/claim", Claim(alice, id));
        var deleted = await alice.DeleteAsync(Path);

        Assert.Equal(id, (string?)put.Json["device_id"]);
        Assert.Equal(id, (string?)found.Json["device_id"]);
        Assert.Equal("m.dehydration.v2", (string?)found.Json["device_data"]!["algorithm"]);
        Assert.True((bool)keys["dehydrated"]!);
        Assert.Equal("Asleep", (string?)keys["unsigned"]!["device_display_name"]);
        Assert.Equal("signed_curve25519:O", claimed.Json["one_time_keys"]![alice.User]![id]!.AsObject().Single().Key);
        Assert.Equal("signed_curve25519:F", again.Json["one_time_keys"]![alice.User]![id]!.AsObject().Single().Key);
        Assert.Equal(id, (string?)deleted.Json["device_id"]);
        Assert.Equal((404, "M_NOT_FOUND"), Outcome(await alice.GetAsync(Path)));
        Assert.Equal((404, "M_NOT_FOUND"), Outcome(await alice.DeleteAsync(Path)));
        Assert.False((await bob.QueryAsync(alice.User))["device_keys"]![alice.User]!.AsObject().ContainsKey(id));
    }

    [Fact]
    public async Task A_new_one_takes_the_place_of_the_old()
    {
        await using var host = await KeysHost.StartAsync();
        var (alice, signing) = await EnterAsync(host);
        var (first, second) = (Upload(alice, signing), Upload(alice, signing));
        await alice.PutAsync(Path, first.Body);
        await SendAsync(alice, first.Id, 1);
        await alice.PutAsync(Path, first.Body.DeepClone());
        Assert.Empty((await alice.GetAsync($"{Path}/{Uri.EscapeDataString(first.Id)}/events")).Json["events"]!.AsArray());

        await alice.PutAsync(Path, second.Body);

        Assert.Equal(second.Id, (string?)(await alice.GetAsync(Path)).Json["device_id"]);
        var devices = (await alice.QueryAsync(alice.User))["device_keys"]![alice.User]!.AsObject();
        Assert.Equal(new[] { "PHONE", second.Id }.Order(StringComparer.Ordinal), devices.Select(static device => device.Key).Order(StringComparer.Ordinal));
        Assert.Equal((403, "M_FORBIDDEN"), Outcome(await alice.GetAsync($"{Path}/{Uri.EscapeDataString(first.Id)}/events")));
    }

    [Fact]
    public async Task Its_messages_are_read_in_pages_and_stay()
    {
        await using var host = await KeysHost.StartAsync();
        var (alice, signing) = await EnterAsync(host);
        var (id, body) = Upload(alice, signing);
        await alice.PutAsync(Path, body);
        for (var i = 0; i < 5; i++)
            await SendAsync(alice, id, i);
        var events = $"{Path}/{Uri.EscapeDataString(id)}/events";

        var first = await alice.GetAsync($"{events}?limit=3");
        var last = await alice.GetAsync($"{events}?limit=3&from={first.Json["next_batch"]}");
        var whole = await alice.GetAsync(events);
        var posted = await alice.PostAsync($"{events}?limit=3", new JsonObject());
        var end = await alice.PostAsync(events, new JsonObject { ["next_batch"] = (string?)posted.Json["next_batch"] });

        Assert.Equal([0, 1, 2], Numbers(first));
        Assert.Equal([3, 4], Numbers(last));
        Assert.Null(last.Json["next_batch"]);
        Assert.Equal([0, 1, 2, 3, 4], Numbers(whole));
        Assert.Equal([0, 1, 2], Numbers(posted));
        Assert.Equal([3, 4], Numbers(end));
        Assert.NotNull(end.Json["next_batch"]);
    }

    [Fact]
    public async Task What_is_no_whole_signed_device_is_refused()
    {
        await using var host = await KeysHost.StartAsync();
        var (alice, signing) = await EnterAsync(host);
        var bob = await host.EnterAsync("bob", "LAPTOP");

        await RefusedAsync(400, "M_BAD_JSON", static body => body.Remove("device_id"));
        await RefusedAsync(400, "M_BAD_JSON", static body => body["device_data"] = new JsonObject());
        await RefusedAsync(400, "M_BAD_JSON", static body => body["device_data"] = "text");
        await RefusedAsync(400, "M_MISSING_PARAM", static body => body.Remove("device_keys"));
        await RefusedAsync(400, "M_INVALID_PARAM", static body => body.Remove("fallback_keys"));
        await RefusedAsync(400, "M_BAD_JSON", static body => body["device_id"] = "PHONE");
        await RefusedAsync(400, "M_INVALID_SIGNATURE", static body => body["device_keys"]!["dehydrated"] = false);
        await RefusedAsync(413, "M_TOO_LARGE", static body => body["device_data"]!["x"] = new string('x', 70_000));
        await RefusedAsync(400, "M_INVALID_SIGNATURE", static body => body["one_time_keys"]!["signed_curve25519:O"]!["key"] = "other");
        Assert.Equal((400, "M_INVALID_SIGNATURE"), Outcome(await alice.PutAsync(Path, Upload(alice, new TestKey()).Body)));
        Assert.Equal((400, "M_INVALID_PARAM"), Outcome(await alice.PutAsync(Path, Upload(alice, signing, identity: "other").Body)));
        Assert.Equal((400, "M_INVALID_SIGNATURE"), Outcome(await bob.PutAsync(Path, Upload(bob, new TestKey()).Body)));
        Assert.Equal((404, "M_NOT_FOUND"), Outcome(await alice.GetAsync(Path)));

        async Task RefusedAsync(int status, string code, Action<JsonObject> change)
        {
            var body = Upload(alice, signing).Body;
            change(body);
            Assert.Equal((status, code), Outcome(await alice.PutAsync(Path, body)));
        }
    }

    [Fact]
    public async Task It_is_its_users_alone_and_needs_a_token()
    {
        await using var host = await KeysHost.StartAsync();
        var (alice, signing) = await EnterAsync(host);
        var bob = await host.EnterAsync("bob", "LAPTOP");
        var (id, body) = Upload(alice, signing);
        await alice.PutAsync(Path, body);
        var events = $"{Path}/{Uri.EscapeDataString(id)}/events";

        Assert.Equal((404, "M_NOT_FOUND"), Outcome(await bob.GetAsync(Path)));
        Assert.Equal((403, "M_FORBIDDEN"), Outcome(await bob.GetAsync(events)));
        Assert.Equal((403, "M_FORBIDDEN"), Outcome(await bob.PostAsync(events, new JsonObject())));
        Assert.Equal((400, "M_INVALID_PARAM"), Outcome(await alice.GetAsync($"{events}?from=7")));
        Assert.Equal((400, "M_BAD_JSON"), Outcome(await alice.PostAsync(events, new JsonObject { ["next_batch"] = 7 })));
        foreach (var (method, path) in new[] { ("GET", Path), ("PUT", Path), ("DELETE", Path), ("GET", events), ("POST", events) })
            Assert.Equal((401, "M_MISSING_TOKEN"), Outcome(await host.SendAsync(method, path, method is "GET" or "DELETE" ? null : new JsonObject(), null)));
    }

    [Fact]
    public async Task A_device_in_use_is_not_replaced_and_logging_out_everywhere_ends_it()
    {
        await using var host = await KeysHost.StartAsync();
        var (alice, signing) = await EnterAsync(host);
        var key = new TestKey();
        await host.EnterAsync("alice", key.Public, upload: false);
        Assert.Equal((400, "M_INVALID_PARAM"), Outcome(await alice.PutAsync(Path, Upload(alice, signing, key: key).Body)));

        await alice.PutAsync(Path, Upload(alice, signing).Body);
        await alice.PostAsync("logout/all", new JsonObject());
        var back = await host.EnterAsync("alice", "NEW");

        Assert.Equal((404, "M_NOT_FOUND"), Outcome(await back.GetAsync(Path)));
    }

    static (int Status, string? Code) Outcome(Answer answer) => (answer.Status, answer.Code);

    static async Task<(TestDevice Device, TestKey Signing)> EnterAsync(KeysHost host)
    {
        var alice = await host.EnterAsync("alice", "PHONE");
        return (alice, (await new CrossSigningSet(alice).UploadedAsync()).SelfSigning);
    }

    static (string Id, JsonObject Body) Upload(TestDevice owner, TestKey signing, string? identity = null, TestKey? key = null)
    {
        key ??= new TestKey();
        var id = key.Public;
        var deviceKeys = new JsonObject
        {
            ["user_id"] = owner.User,
            ["device_id"] = id,
            ["dehydrated"] = true,
            ["algorithms"] = new JsonArray("m.olm.v1.curve25519-aes-sha2"),
            ["keys"] = new JsonObject { [$"ed25519:{id}"] = key.Public, [$"curve25519:{id}"] = identity ?? id },
        };
        signing.Sign(key.Sign(deviceKeys, owner.User, id), owner.User);
        return (id, new JsonObject
        {
            ["device_id"] = id,
            ["device_data"] = new JsonObject { ["algorithm"] = "m.dehydration.v2", ["nonce"] = "n", ["device_pickle"] = "p" },
            ["initial_device_display_name"] = "Asleep",
            ["device_keys"] = deviceKeys,
            ["one_time_keys"] = new JsonObject { ["signed_curve25519:O"] = key.Sign(new JsonObject { ["key"] = "o" }, owner.User, id) },
            ["fallback_keys"] = new JsonObject { ["signed_curve25519:F"] = key.Sign(new JsonObject { ["key"] = "f", ["fallback"] = true }, owner.User, id) },
        });
    }

    static JsonObject Claim(TestDevice owner, string id) => new()
    {
        ["one_time_keys"] = new JsonObject { [owner.User] = new JsonObject { [id] = "signed_curve25519" } },
    };

    static async Task SendAsync(TestDevice sender, string id, int number)
    {
        var messages = new JsonObject { [sender.User] = new JsonObject { [id] = new JsonObject { ["n"] = number } } };
        var answer = await sender.PutAsync(
            string.Create(CultureInfo.InvariantCulture, $"sendToDevice/m.test/{Uri.EscapeDataString(id)}{number}"),
            new JsonObject { ["messages"] = messages });
        Assert.Equal(200, answer.Status);
    }

    static IEnumerable<int> Numbers(Answer answer) => answer.Json["events"]!.AsArray().Select(static message => (int)message!["content"]!["n"]!);
}
