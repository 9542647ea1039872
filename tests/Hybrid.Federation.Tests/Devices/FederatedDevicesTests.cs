using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests.Devices;

/// <summary>End-to-end encryption between users of two whole servers.</summary>
public sealed class FederatedDevicesTests : IAsyncLifetime
{
    static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    FederatedServers _servers = null!;

    FederatedServer A => _servers[0];

    FederatedServer B => _servers[1];

    public async Task InitializeAsync() => _servers = await FederatedServers.StartAsync();

    public async Task DisposeAsync() => await _servers.DisposeAsync();

    [Fact]
    public async Task Keys_are_found_and_claimed_across_servers_and_changes_arrive()
    {
        using var alice = await Person.EnterAsync(A, "alice");
        using var bob = await Person.EnterAsync(B, "bob");
        await alice.UploadAsync(oneTime: "first", fallback: "fallback");
        await bob.UploadAsync();
        await ShareRoomAsync(alice, bob);
        var token = (string)(await bob.User.CallAsync(HttpMethod.Get, "sync?timeout=0"))["next_batch"]!;

        var found = await bob.QueryAsync(alice.User.UserId);
        var device = Assert.Single(found["device_keys"]![alice.User.UserId.Value]!.AsObject());
        Assert.True(JsonNode.DeepEquals(alice.Keys.Devices[alice.Device]["keys"], device.Value!["keys"]));
        Assert.Equal("{}", found["failures"]!.ToJsonString());
        Assert.Equal("{}", found["master_keys"]!.ToJsonString());

        Assert.Equal(["signed_curve25519:otk", "signed_curve25519:fb", "signed_curve25519:fb"], new[]
        {
            await bob.ClaimAsync(alice), await bob.ClaimAsync(alice), await bob.ClaimAsync(alice),
        });

        // A device more, then cross-signing: each is told, and what is asked for then has it.
        using var tablet = await Person.EnterAsync(A, "alice");
        await tablet.UploadAsync();
        (token, _) = await bob.SyncUntilAsync(token, sync => Changed(sync).Contains(alice.User.UserId.Value));
        Assert.Equal(2, (await bob.QueryAsync(alice.User.UserId))["device_keys"]![alice.User.UserId.Value]!.AsObject().Count);

        var before = token;
        await alice.User.CallAsync(HttpMethod.Post, "keys/device_signing/upload", new JsonObject
        {
            ["master_key"] = alice.Keys.MasterJson,
            ["self_signing_key"] = alice.Keys.SelfSigningJson,
        });
        (token, _) = await bob.SyncUntilAsync(token, sync => Changed(sync).Contains(alice.User.UserId.Value));
        found = await bob.QueryAsync(alice.User.UserId);
        Assert.Equal(alice.Keys.MasterJson["keys"]!.ToJsonString(), found["master_keys"]![alice.User.UserId.Value]!["keys"]!.ToJsonString());
        Assert.NotNull(found["self_signing_keys"]![alice.User.UserId.Value]);
        var changes = await bob.User.CallAsync(HttpMethod.Get, $"keys/changes?from={before}&to={token}");
        Assert.Equal([alice.User.UserId.Value], changes["changed"]!.AsArray().Select(static user => (string)user!));

        // A device less.
        await tablet.User.CallAsync(HttpMethod.Post, "logout", []);
        (token, _) = await bob.SyncUntilAsync(token, sync => Changed(sync).Contains(alice.User.UserId.Value));
        Assert.Single((await bob.QueryAsync(alice.User.UserId))["device_keys"]![alice.User.UserId.Value]!.AsObject());
    }

    [Fact]
    public async Task Messages_reach_devices_of_another_server_once_and_in_order()
    {
        using var alice = await Person.EnterAsync(A, "alice");
        using var bob = await Person.EnterAsync(B, "bob");
        var token = (string)(await bob.User.CallAsync(HttpMethod.Get, "sync?timeout=0"))["next_batch"]!;

        foreach (var number in new[] { 1, 2, 2, 3 })
        {
            await alice.User.CallAsync(HttpMethod.Put, $"sendToDevice/m.test/{number}", new JsonObject
            {
                ["messages"] = new JsonObject { [bob.User.UserId.Value] = new JsonObject { [number == 3 ? "*" : bob.Device] = new JsonObject { ["n"] = number } } },
            });
        }

        var received = new List<int>();
        await bob.SyncUntilAsync(token, sync =>
        {
            foreach (var message in sync["to_device"]?["events"]?.AsArray() ?? [])
            {
                Assert.Equal((alice.User.UserId.Value, "m.test"), ((string)message!["sender"]!, (string)message["type"]!));
                received.Add((int)message["content"]!["n"]!);
            }

            return received.Contains(3);
        });
        Assert.Equal([1, 2, 3], received);
    }

    [Fact]
    public async Task Who_shares_no_room_any_more_is_left()
    {
        using var alice = await Person.EnterAsync(A, "alice");
        using var bob = await Person.EnterAsync(B, "bob");
        await alice.UploadAsync();
        var roomId = await ShareRoomAsync(alice, bob);
        await bob.QueryAsync(alice.User.UserId);
        var token = (string)(await bob.User.CallAsync(HttpMethod.Get, "sync?timeout=0"))["next_batch"]!;

        await alice.User.CallAsync(HttpMethod.Post, $"rooms/{Uri.EscapeDataString(roomId)}/leave", []);

        var (_, sync) = await bob.SyncUntilAsync(
            token, sync => sync["device_lists"]?["left"]?.AsArray().Any(user => (string)user! == alice.User.UserId.Value) == true);
        Assert.DoesNotContain(alice.User.UserId.Value, Changed(sync));
    }

    [Fact]
    public async Task The_list_of_devices_has_what_the_specification_says_and_nothing_more()
    {
        using var alice = await Person.EnterAsync(A, "alice");
        await alice.UploadAsync();
        await alice.User.CallAsync(HttpMethod.Post, "keys/device_signing/upload", new JsonObject
        {
            ["master_key"] = alice.Keys.MasterJson,
            ["self_signing_key"] = alice.Keys.SelfSigningJson,
            ["user_signing_key"] = alice.Keys.UserSigningJson,
        });
        await A.RegisterAsync("plain");

        var (status, list) = await AskAsync(Get("user/devices", alice.User.UserId.Value));
        Assert.Equal(200, status);
        Assert.Equal(["user_id", "stream_id", "devices", "master_key", "self_signing_key"], list.Select(static property => property.Key));
        Assert.Equal(alice.User.UserId.Value, (string)list["user_id"]!);
        Assert.True((long)list["stream_id"]! > 0);
        var device = Assert.Single(list["devices"]!.AsArray())!.AsObject();
        Assert.Equal(["device_id", "keys"], device.Select(static property => property.Key));
        Assert.True(JsonNode.DeepEquals(alice.Keys.Devices[alice.Device], device["keys"]));
        Assert.Equal(alice.Keys.MasterJson["keys"]!.ToJsonString(), list["master_key"]!["keys"]!.ToJsonString());

        var (_, plain) = await AskAsync(Get("user/devices", $"@plain:{A.Name}"));
        Assert.Equal($$"""{"user_id":"@plain:{{A.Name}}","stream_id":0,"devices":[]}""", plain.ToJsonString());

        var (_, queried) = await AskAsync(Post("user/keys/query", new JsonObject
        {
            ["device_keys"] = new JsonObject { [alice.User.UserId.Value] = new JsonArray(), [$"@nobody:{A.Name}"] = new JsonArray() },
        }));
        Assert.Equal(["device_keys", "master_keys", "self_signing_keys"], queried.Select(static property => property.Key));
        Assert.Equal("{}", queried["device_keys"]![alice.User.UserId.Value]![alice.Device]!["unsigned"]!.ToJsonString());
        Assert.Equal("{}", queried["device_keys"]![$"@nobody:{A.Name}"]!.ToJsonString());
        Assert.DoesNotContain("user_signing", queried.ToJsonString(), StringComparison.Ordinal);
        var (_, chosen) = await AskAsync(Post("user/keys/query", new JsonObject
        {
            ["device_keys"] = new JsonObject { [alice.User.UserId.Value] = new JsonArray("ANOTHER") },
        }));
        Assert.Equal("{}", chosen["device_keys"]![alice.User.UserId.Value]!.ToJsonString());
    }

    [Fact]
    public async Task A_key_is_given_to_one_server_only()
    {
        using var alice = await Person.EnterAsync(A, "alice");
        await alice.UploadAsync(oneTime: "only");
        var claim = new JsonObject { ["one_time_keys"] = new JsonObject { [alice.User.UserId.Value] = new JsonObject { [alice.Device] = "signed_curve25519" } } };

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => AskAsync(Post("user/keys/claim", claim))));

        Assert.All(answers, static answer => Assert.Equal(200, answer.Status));
        var given = Assert.Single(answers, static answer => answer.Body["one_time_keys"]!.AsObject().Count > 0).Body;
        Assert.Equal(["one_time_keys"], given.Select(static property => property.Key));
        Assert.Equal("only", (string)given["one_time_keys"]![alice.User.UserId.Value]![alice.Device]!["signed_curve25519:otk"]!["key"]!);
    }

    [Fact]
    public async Task Only_servers_ask_and_only_for_users_of_this_one()
    {
        var user = $"@alice:{B.Name}";
        foreach (var request in new[]
        {
            Get("user/devices", user),
            Post("user/keys/query", new JsonObject { ["device_keys"] = new JsonObject { [user] = new JsonArray() } }),
            Post("user/keys/claim", new JsonObject { ["one_time_keys"] = new JsonObject { [user] = new JsonObject { ["X"] = "signed_curve25519" } } }),
        })
        {
            Assert.Equal(400, (await AskAsync(request)).Status);

            using var unsigned = new HttpRequestMessage(request.Method, request.Target);
            if (request.Body is { } body)
                unsigned.Content = new ByteArrayContent(body.ToArray());
            using var answer = await A.Http.SendAsync(unsigned);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("user/keys/query", "{}")]
    [InlineData("user/keys/query", """{"device_keys":[]}""")]
    [InlineData("user/keys/query", """{"device_keys":{"nobody":[]}}""")]
    [InlineData("user/keys/claim", "{}")]
    [InlineData("user/keys/claim", """{"one_time_keys":{"nobody":{}}}""")]
    [InlineData("user/keys/claim", """{"one_time_keys":{"@alice:HERE":{"X":null}}}""")]
    public async Task A_question_of_the_wrong_form_is_refused(string path, string body)
    {
        var (status, answer) = await AskAsync(Post(path, JsonNode.Parse(body.Replace("HERE", A.Name.Value, StringComparison.Ordinal))!));

        Assert.Equal((400, "M_BAD_JSON"), (status, (string?)answer["errcode"]));
    }

    [Fact]
    public async Task Nobody_asks_for_everybody()
    {
        var users = new JsonObject(Enumerable.Range(0, 5001).Select(number => KeyValuePair.Create($"@u{number}:{A.Name}", (JsonNode?)new JsonArray())));
        var devices = new JsonObject(Enumerable.Range(0, 10_001).Select(static number => KeyValuePair.Create($"D{number}", (JsonNode?)"signed_curve25519")));

        var (queried, _) = await AskAsync(Post("user/keys/query", new JsonObject { ["device_keys"] = users }));
        var (claimed, _) = await AskAsync(Post("user/keys/claim", new JsonObject { ["one_time_keys"] = new JsonObject { [$"@u:{A.Name}"] = devices } }));

        Assert.Equal((413, 413), (queried, claimed));
    }

    [Fact]
    public async Task A_path_without_a_user_is_refused() => Assert.Equal(400, (await AskAsync(Get("user/devices", "nobody"))).Status);

    static IEnumerable<string> Changed(JsonObject sync) => sync["device_lists"]?["changed"]?.AsArray().Select(static user => (string)user!) ?? [];

    static FederationRequest Get(string api, string segment) => FederationRequest.Get(FederationPath.Of($"federation/v1/{api}", segment));

    static FederationRequest Post(string api, JsonNode body) =>
        FederationRequest.Post(FederationPath.Of($"federation/v1/{api}"), Encoding.UTF8.GetBytes(body.ToJsonString()));

    /// <summary>B asks A.</summary>
    async Task<(int Status, JsonObject Body)> AskAsync(FederationRequest request)
    {
        var result = await B.Services.GetRequiredService<IFederationClient>().SendAsync(A.Name, request, default);
        if (result.TryGet(out var answer, out var failure))
            return (answer.Status, JsonNode.Parse(answer.Body.Span)!.AsObject());

        Assert.Equal(FailureKind.Refused, failure.Kind);
        return (failure.Status, JsonNode.Parse(failure.Body.Span)!.AsObject());
    }

    /// <summary>A room of the one that the other joins; its ID.</summary>
    static async Task<string> ShareRoomAsync(Person one, Person other)
    {
        var created = await one.User.CallAsync(HttpMethod.Post, "createRoom", new JsonObject { ["preset"] = "public_chat" });
        var roomId = (string)created["room_id"]!;
        await other.User.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(roomId)}?via={Uri.EscapeDataString(one.User.Server.Name.Value)}", []);
        return roomId;
    }

    /// <summary>Someone with a device.</summary>
    sealed class Person(FederatedUser user, string device) : IDisposable
    {
        public FederatedUser User { get; } = user;

        public string Device { get; } = device;

        public RemoteUser Keys { get; } = new(user.UserId.Value);

        /// <summary>Registers, or logs in once more.</summary>
        public static async Task<Person> EnterAsync(FederatedServer server, string name)
        {
            var login = new JsonObject
            {
                ["type"] = "m.login.password",
                ["identifier"] = new JsonObject { ["type"] = "m.id.user", ["user"] = name },
                ["password"] = "correct horse battery",
                ["initial_device_display_name"] = "Secret name",
            };
            var (status, entered) = await SendAsync(server, "login", login);
            if (status != 200)
            {
                await server.RegisterAsync(name);
                (status, entered) = await SendAsync(server, "login", login);
            }

            Assert.Equal(200, status);
            return new Person(new FederatedUser(server, UserId.Parse((string)entered["user_id"]!), (string)entered["access_token"]!), (string)entered["device_id"]!);
        }

        public async Task UploadAsync(string? oneTime = null, string? fallback = null)
        {
            var body = new JsonObject { ["device_keys"] = Keys.Add(Device).DeepClone() };
            if (oneTime is not null)
                body["one_time_keys"] = new JsonObject { ["signed_curve25519:otk"] = Keys.OneTimeKey(Device, oneTime) };
            if (fallback is not null)
                body["fallback_keys"] = new JsonObject { ["signed_curve25519:fb"] = Keys.OneTimeKey(Device, fallback) };
            await User.CallAsync(HttpMethod.Post, "keys/upload", body);
        }

        public Task<JsonObject> QueryAsync(UserId user) =>
            User.CallAsync(HttpMethod.Post, "keys/query", new JsonObject { ["device_keys"] = new JsonObject { [user.Value] = new JsonArray() } });

        /// <summary>The name of the key that the other's device had.</summary>
        public async Task<string> ClaimAsync(Person other)
        {
            var answer = await User.CallAsync(HttpMethod.Post, "keys/claim", new JsonObject
            {
                ["one_time_keys"] = new JsonObject { [other.User.UserId.Value] = new JsonObject { [other.Device] = "signed_curve25519" } },
            });
            return Assert.Single(answer["one_time_keys"]![other.User.UserId.Value]![other.Device]!.AsObject()).Key;
        }

        /// <summary>Syncs on from a token until an answer is the wanted one: it, and the token to go on from.</summary>
        public async Task<(string Token, JsonObject Sync)> SyncUntilAsync(string token, Func<JsonObject, bool> isWanted)
        {
            var end = DateTimeOffset.UtcNow + Hang;
            while (true)
            {
                var sync = await User.CallAsync(HttpMethod.Get, $"sync?since={token}&timeout=5000");
                token = (string)sync["next_batch"]!;
                if (isWanted(sync))
                    return (token, sync);
                Assert.True(DateTimeOffset.UtcNow < end, "It did not come.");
            }
        }

        public void Dispose() => Keys.Dispose();

        static async Task<(int Status, JsonObject Body)> SendAsync(FederatedServer server, string path, JsonObject body)
        {
            using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            using var answer = await server.Http.PostAsync(new Uri($"/_matrix/client/v3/{path}", UriKind.Relative), content);
            return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
        }
    }
}
