using System.Text.Json.Nodes;

namespace Hybrid.Keys.Tests;

public sealed class KeyBackupTests
{
    const string Room = "!room:test";

    [Fact]
    public async Task Versions_are_made_shown_updated_and_deleted()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        Assert.Equal((404, "M_NOT_FOUND"), Error(await alice.GetAsync("room_keys/version")));

        Assert.Equal("1", await CreateAsync(alice));
        Assert.Equal("2", await CreateAsync(alice));
        Assert.Equal("2", (string)(await alice.GetAsync("room_keys/version")).Json["version"]!);
        Assert.Equal(
            """{"algorithm":"m.test","auth_data":{"public_key":"p"},"count":0,"etag":"0","version":"1"}""",
            (await alice.GetAsync("room_keys/version/1")).Json.ToJsonString());

        Assert.Equal(200, (await alice.PutAsync("room_keys/version/1", Version("m.test", "q"))).Status);
        Assert.Equal("q", (string)(await alice.GetAsync("room_keys/version/1")).Json["auth_data"]!["public_key"]!);
        Assert.Equal((400, "M_INVALID_PARAM"), Error(await alice.PutAsync("room_keys/version/1", Version("m.other"))));
        Assert.Equal((400, "M_INVALID_PARAM"), Error(await alice.PutAsync("room_keys/version/1", Version("m.test", version: "2"))));
        Assert.Equal((404, "M_NOT_FOUND"), Error(await alice.PutAsync("room_keys/version/9", Version("m.test"))));

        Assert.Equal(200, (await alice.DeleteAsync("room_keys/version/2")).Status);
        Assert.Equal(200, (await alice.DeleteAsync("room_keys/version/2")).Status);
        Assert.Equal((404, "M_NOT_FOUND"), Error(await alice.DeleteAsync("room_keys/version/9")));
        Assert.Equal("1", (string)(await alice.GetAsync("room_keys/version")).Json["version"]!);
        Assert.Equal("3", await CreateAsync(alice));
    }

    [Fact]
    public async Task Sessions_are_stored_read_and_deleted_one_by_one_by_room_and_all_at_once()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        await CreateAsync(alice);

        var all = await alice.PutAsync("room_keys/keys?version=1", new JsonObject
        {
            ["rooms"] = new JsonObject { [Room] = Sessions("a", "b"), ["!other:test"] = Sessions("c") },
        });
        var ofRoom = await alice.PutAsync($"room_keys/keys/{Room}?version=1", Sessions("d"));
        var one = await alice.PutAsync($"room_keys/keys/{Room}/e%2F?version=1", Session());
        Assert.Equal("""{"count":3,"etag":"1"}""", all.Json.ToJsonString());
        Assert.Equal("""{"count":4,"etag":"2"}""", ofRoom.Json.ToJsonString());
        Assert.Equal("""{"count":5,"etag":"3"}""", one.Json.ToJsonString());

        Assert.Equal(Session().ToJsonString(), (await alice.GetAsync($"room_keys/keys/{Room}/e%2F?version=1")).Json.ToJsonString());
        Assert.Equal(4, (await alice.GetAsync($"room_keys/keys/{Room}?version=1")).Json["sessions"]!.AsObject().Count);
        Assert.Equal(2, (await alice.GetAsync("room_keys/keys?version=1")).Json["rooms"]!.AsObject().Count);
        Assert.Equal("""{"sessions":{}}""", (await alice.GetAsync("room_keys/keys/!none:test?version=1")).Json.ToJsonString());
        Assert.Equal((404, "M_NOT_FOUND"), Error(await alice.GetAsync($"room_keys/keys/{Room}/none?version=1")));

        Assert.Equal("""{"count":4,"etag":"4"}""", (await alice.DeleteAsync($"room_keys/keys/{Room}/a?version=1")).Json.ToJsonString());
        Assert.Equal("""{"count":4,"etag":"4"}""", (await alice.DeleteAsync($"room_keys/keys/{Room}/a?version=1")).Json.ToJsonString());
        Assert.Equal("""{"count":1,"etag":"5"}""", (await alice.DeleteAsync($"room_keys/keys/{Room}?version=1")).Json.ToJsonString());
        Assert.Equal("""{"count":0,"etag":"6"}""", (await alice.DeleteAsync("room_keys/keys?version=1")).Json.ToJsonString());
        Assert.Equal("""{"rooms":{}}""", (await alice.GetAsync("room_keys/keys?version=1")).Json.ToJsonString());
    }

    [Fact]
    public async Task Only_the_current_version_takes_sessions()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var none = await alice.PutAsync($"room_keys/keys/{Room}?version=1", Sessions("a"));
        await CreateAsync(alice);
        await CreateAsync(alice);

        var old = await alice.PutAsync($"room_keys/keys/{Room}?version=1", Sessions("a"));

        Assert.Equal((404, "M_NOT_FOUND"), Error(none));
        Assert.Equal((403, "M_WRONG_ROOM_KEYS_VERSION"), Error(old));
        Assert.Equal("2", (string)old.Json["current_version"]!);
        Assert.Equal((404, "M_NOT_FOUND"), Error(await alice.PutAsync($"room_keys/keys/{Room}?version=x", Sessions("a"))));
        Assert.Equal((400, "M_MISSING_PARAM"), Error(await alice.PutAsync($"room_keys/keys/{Room}", Sessions("a"))));
        foreach (var path in new[] { "room_keys/keys", $"room_keys/keys/{Room}", $"room_keys/keys/{Room}/a" })
        {
            Assert.Equal((404, "M_NOT_FOUND"), Error(await alice.GetAsync($"{path}?version=9")));
            Assert.Equal((404, "M_NOT_FOUND"), Error(await alice.DeleteAsync($"{path}?version=9")));
        }
    }

    // Verified first, then the lower first index, then the lower forwarded count; equals leave what is there.
    [Theory]
    [InlineData(true, 9, 9, false, 1, 1, true)]
    [InlineData(false, 1, 1, true, 9, 9, false)]
    [InlineData(true, 4, 9, true, 5, 1, true)]
    [InlineData(true, 6, 1, true, 5, 9, false)]
    [InlineData(false, 5, 1, false, 5, 2, true)]
    [InlineData(false, 5, 3, false, 5, 2, false)]
    [InlineData(true, 5, 2, true, 5, 2, false)]
    public async Task The_better_session_stays(
        bool verified, int index, int forwarded, bool storedVerified, int storedIndex, int storedForwarded, bool replaces)
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        await CreateAsync(alice);
        await alice.PutAsync($"room_keys/keys/{Room}/a?version=1", Session(storedVerified, storedIndex, storedForwarded, "stored"));

        var answer = await alice.PutAsync($"room_keys/keys/{Room}/a?version=1", Session(verified, index, forwarded, "new"));

        Assert.Equal(replaces ? """{"count":1,"etag":"2"}""" : """{"count":1,"etag":"1"}""", answer.Json.ToJsonString());
        var stored = await alice.GetAsync($"room_keys/keys/{Room}/a?version=1");
        Assert.Equal(replaces ? "new" : "stored", (string)stored.Json["session_data"]!["ciphertext"]!);
    }

    [Theory]
    [InlineData("""{"first_message_index":0,"forwarded_count":0,"is_verified":true}""")]
    [InlineData("""{"first_message_index":-1,"forwarded_count":0,"is_verified":true,"session_data":{}}""")]
    [InlineData("""{"first_message_index":0,"forwarded_count":0,"is_verified":true,"session_data":"text"}""")]
    [InlineData("""{"first_message_index":"0","forwarded_count":0,"is_verified":true,"session_data":{}}""")]
    public async Task A_session_of_the_wrong_shape_is_bad_json(string body)
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        await CreateAsync(alice);

        Assert.Equal((400, "M_BAD_JSON"), Error(await alice.PutAsync($"room_keys/keys/{Room}/a?version=1", JsonNode.Parse(body)!)));
    }

    [Fact]
    public async Task Backups_of_others_are_out_of_reach()
    {
        await using var host = await KeysHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var bob = await host.EnterAsync("bob", "LAPTOP");
        await CreateAsync(alice);
        await alice.PutAsync($"room_keys/keys/{Room}?version=1", Sessions("a"));

        Assert.Equal((404, "M_NOT_FOUND"), Error(await bob.GetAsync("room_keys/keys?version=1")));
    }

    static async Task<string> CreateAsync(TestDevice device) =>
        (string)(await device.PostAsync("room_keys/version", Version("m.test"))).Json["version"]!;

    static JsonObject Version(string algorithm, string key = "p", string? version = null)
    {
        var json = new JsonObject { ["algorithm"] = algorithm, ["auth_data"] = new JsonObject { ["public_key"] = key } };
        if (version is not null)
            json["version"] = version;
        return json;
    }

    static JsonObject Session(bool verified = true, int index = 0, int forwarded = 0, string text = "c") => new()
    {
        ["first_message_index"] = index,
        ["forwarded_count"] = forwarded,
        ["is_verified"] = verified,
        ["session_data"] = new JsonObject { ["ciphertext"] = text },
    };

    static JsonObject Sessions(params string[] ids)
    {
        var sessions = new JsonObject();
        foreach (var id in ids)
            sessions[id] = Session();
        return new JsonObject { ["sessions"] = sessions };
    }

    static (int Status, string? Code) Error(Answer answer) => (answer.Status, answer.Code);
}
