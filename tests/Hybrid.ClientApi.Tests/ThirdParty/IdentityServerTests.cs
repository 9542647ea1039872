using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Native;
using Hybrid.Rooms;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hybrid.ClientApi.Tests.ThirdParty;

/// <summary>What Hybrid asks of identity servers, over TLS.</summary>
public sealed partial class IdentityServerTests
{
    const string Bound = """{"address":"alice@example.org","medium":"email","mxid":"@x:test.local","not_before":0,"not_after":1,"ts":0,"signatures":{}}""";

    [Fact]
    public async Task An_address_is_bound_and_unbound_in_the_servers_name()
    {
        await using var identity = await OtherServer.StartAsync(tls: true);
        identity.OnRequest = static _ => (200, Bound);
        await using var server = await StartAsync(identity, allowPrivate: true);
        var alice = await server.RegisterAsync();

        (await alice.PostAsync("account/3pid/bind", Bind(identity.Name))).Ok.Clear();
        var bind = await identity.ReceiveAsync();
        Assert.Equal(("/_matrix/identity/v2/3pid/bind", "Bearer t"), (bind.Path, bind.Authorization));
        Assert.Equal($$"""{"sid":"1","client_secret":"s","mxid":"{{alice.UserId}}"}""", bind.Body.ToJsonString());

        // Which server it was is remembered.
        Assert.Equal("success", (string?)(await alice.PostAsync("account/3pid/unbind", """{"medium":"email","address":"alice@example.org"}""")).Ok["id_server_unbind_result"]);
        var unbind = await identity.ReceiveAsync();
        Assert.Equal(("/_matrix/identity/v2/3pid/unbind", alice.UserId.Value), (unbind.Path, (string?)unbind.Body["mxid"]));
        AssertSigned(unbind, identity.Name, server);
        Assert.Equal("no-support", (string?)(await alice.PostAsync("account/3pid/unbind", """{"medium":"email","address":"alice@example.org"}""")).Ok["id_server_unbind_result"]);
    }

    [Fact]
    public async Task The_end_of_an_account_is_told_to_the_servers_that_know_it()
    {
        await using var identity = await OtherServer.StartAsync(tls: true);
        identity.OnRequest = static request => request.Path.EndsWith("unbind", StringComparison.Ordinal) ? (501, "{}") : (200, Bound);
        await using var server = await StartAsync(identity, allowPrivate: true);
        var alice = await server.RegisterAsync();
        (await alice.PostAsync("account/3pid/bind", Bind(identity.Name))).Ok.Clear();

        var ended = await alice.PostAsync("account/deactivate",
            $$$"""{"auth":{"type":"m.login.password","identifier":{"type":"m.id.user","user":"{{{alice.UserId}}}"},"password":"correct horse battery"}}""");

        Assert.Equal("no-support", (string?)ended.Ok["id_server_unbind_result"]);
    }

    [Theory]
    [InlineData(403, """{"errcode":"M_TERMS_NOT_SIGNED","error":"Sign."}""", 403, "M_TERMS_NOT_SIGNED")]
    [InlineData(400, """{"errcode":"M_SESSION_NOT_VALIDATED","error":"Not yet."}""", 400, "M_SESSION_NOT_VALIDATED")]
    [InlineData(500, """{"errcode":"M_UNKNOWN","error":"Oh."}""", 502, "M_UNKNOWN")]
    [InlineData(302, "{}", 502, "M_UNKNOWN")]
    [InlineData(200, "{}", 502, "M_UNKNOWN")]
    [InlineData(200, "no JSON", 502, "M_UNKNOWN")]
    public async Task Errors_of_the_identity_server_are_passed_on(int status, string answer, int expected, string code)
    {
        await using var identity = await OtherServer.StartAsync(tls: true);
        identity.OnRequest = _ => (status, answer);
        await using var server = await StartAsync(identity, allowPrivate: true);
        var alice = await server.RegisterAsync();

        (await alice.PostAsync("account/3pid/bind", Bind(identity.Name))).ShouldBe(expected, code);
    }

    [Fact]
    public async Task A_private_address_is_not_connected_to_and_a_path_is_no_name()
    {
        await using var identity = await OtherServer.StartAsync(tls: true);
        await using var server = await StartAsync(identity, allowPrivate: false);
        var alice = await server.RegisterAsync();

        (await alice.PostAsync("account/3pid/bind", Bind(identity.Name))).ShouldBe(502, "M_UNKNOWN");
        (await alice.PostAsync("account/3pid/bind", Bind("127.0.0.1:" + identity.Address.Port))).ShouldBe(502, "M_UNKNOWN");
        (await alice.PostAsync("account/3pid/bind", Bind("example.org/path?"))).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PostAsync("account/3pid/bind", """{"sid":"1"}""")).ShouldBe(400, "M_MISSING_PARAM");
        Assert.False(identity.HasRequests);
    }

    [Fact]
    public async Task Whom_the_identity_server_knows_is_invited_as_a_user()
    {
        await using var identity = await OtherServer.StartAsync(tls: true);
        await using var server = await StartAsync(identity, allowPrivate: true);
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var hash = Base64Url.EncodeToString(SHA256.HashData("bob@example.org email salt"u8));
        identity.OnRequest = request => (200, request.Path.EndsWith("hash_details", StringComparison.Ordinal)
            ? """{"algorithms":["none","sha256"],"lookup_pepper":"salt"}"""
            : $$$"""{"mappings":{"{{{hash}}}":"{{{bob.UserId}}}"}}""");

        var room = await alice.CreateRoomAsync($$"""{"invite_3pid":[{{Invite(identity.Name)}}]}""");

        Assert.Equal("invite", (string?)(await alice.GetStateAsync(room, "m.room.member", bob.UserId.Value)).Ok["membership"]);
        Assert.Equal("Bearer t", (await identity.ReceiveAsync()).Authorization);
        Assert.Equal($$"""{"algorithm":"sha256","pepper":"salt","addresses":["{{hash}}"]}""", (await identity.ReceiveAsync()).Body.ToJsonString());
    }

    [Fact]
    public async Task For_others_it_keeps_an_invitation_and_the_room_gets_its_token()
    {
        await using var identity = await OtherServer.StartAsync(tls: true);
        await using var server = await StartAsync(identity, allowPrivate: true);
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        identity.OnRequest = static request => (200, request.Path switch
        {
            "/_matrix/identity/v2/hash_details" => """{"algorithms":["sha256"],"lookup_pepper":"salt"}""",
            "/_matrix/identity/v2/lookup" => """{"mappings":{}}""",
            _ => """{"token":"abc","display_name":"b...@e...","public_keys":[{"public_key":"k1","key_validity_url":"https://id/1"},{"public_key":"k2","key_validity_url":"https://id/2"}]}""",
        });
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat","name":"Town"}""");
        (await bob.InRoomAsync(room, "join")).Ok.Clear();
        (await alice.SetStateAsync(room, "m.room.power_levels", "", $$$"""{"invite":50,"users":{}}""")).Ok.Clear();

        (await bob.InRoomAsync(room, "invite", Invite(identity.Name))).ShouldBe(403, "M_FORBIDDEN");
        Assert.False(identity.HasRequests);
        (await alice.InRoomAsync(room, "invite", Invite(identity.Name))).Ok.Clear();

        (await identity.ReceiveAsync()).Body.Clear();
        (await identity.ReceiveAsync()).Body.Clear();
        var kept = (await identity.ReceiveAsync()).Body;
        Assert.Equal(("bob@example.org", room, "Town", alice.UserId.Value), ((string?)kept["address"], (string?)kept["room_id"], (string?)kept["room_name"], (string?)kept["sender"]));
        var content = (await alice.GetStateAsync(room, "m.room.third_party_invite", "abc")).Ok;
        Assert.Equal(("b...@e...", "k1", 2), ((string?)content["display_name"], (string?)content["public_key"], content["public_keys"]!.AsArray().Count));
    }

    [Theory]
    [InlineData("""{"medium":"email","address":"bob@example.org"}""", 400, "M_MISSING_PARAM")]
    [InlineData("""{"medium":"fax","address":"1","id_server":"id.example.org","id_access_token":"t"}""", 400, "M_INVALID_PARAM")]
    [InlineData("""{"medium":"email","address":"bob@example.org","id_server":"a/b","id_access_token":"t"}""", 400, "M_INVALID_PARAM")]
    [InlineData("""{"medium":5,"address":"bob@example.org","id_server":"id.example.org","id_access_token":"t"}""", 400, "M_BAD_JSON")]
    public async Task An_invitation_that_makes_no_sense_is_refused(string body, int status, string code)
    {
        await using var server = await TestServer.StartAsync(static settings => settings);
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();

        (await alice.InRoomAsync(room, "invite", body)).ShouldBe(status, code);
        (await alice.PostAsync("createRoom", $$"""{"invite_3pid":[{{body}}]}""")).ShouldBe(status, code);
    }

    static string Invite(string server) => $$"""{"medium":"email","address":"Bob@example.org","id_server":"{{server}}","id_access_token":"t"}""";

    static async Task<TestServer> StartAsync(OtherServer identity, bool allowPrivate)
    {
        var authorities = Path.GetTempFileName();
        await File.WriteAllTextAsync(authorities, identity.CertificatePem);
        var server = await TestServer.StartAsync(settings => settings with { AllowPrivateAddresses = allowPrivate, FederationAuthorityPath = authorities });

        // Read when the first identity server is asked for: it is needed now already, as the file goes.
        server.Services.GetRequiredService<Accounts.ThirdParty.IIdentityServers>();
        File.Delete(authorities);
        return server;
    }

    static string Bind(string server) => $$"""{"sid":"1","client_secret":"s","id_server":"{{server}}","id_access_token":"t"}""";

    static void AssertSigned(ReceivedRequest request, string destination, TestServer server)
    {
        var header = Header().Match(request.Authorization!);
        Assert.True(header.Success, request.Authorization);
        var key = server.Services.GetRequiredService<ServerIdentity>().Key;
        var signed = new JsonObject
        {
            ["method"] = "POST",
            ["uri"] = request.Path,
            ["origin"] = "test.local",
            ["destination"] = destination,
            ["content"] = request.Body.DeepClone(),
            ["signatures"] = new JsonObject { ["test.local"] = new JsonObject { [key.KeyId] = header.Groups["sig"].Value } },
        };
        Assert.Equal(key.KeyId, header.Groups["key"].Value);
        Assert.True(JsonSignature.Verify(Encoding.UTF8.GetBytes(signed.ToJsonString()), "test.local", key.KeyId, key.PublicKeyBase64));
    }

    [GeneratedRegex("""^X-Matrix origin="test.local",destination="[^"]*",key="(?<key>[^"]*)",sig="(?<sig>[^"]*)"$""")]
    private static partial Regex Header();
}
