using System.Security.Cryptography;
using System.Text;
using Hybrid.Primitives;
using Xunit;

namespace Hybrid.Accounts.Tests.Api;

public sealed class AdminTests
{
    const string Register = "/_synapse/admin/v1/register";
    const string Tokens = "/_hybrid/admin/v1/registration_tokens";
    const string Accounts = "/_hybrid/admin/v1/accounts";

    [Fact]
    public async Task The_shared_secret_makes_an_administrator_while_registration_is_closed()
    {
        await using var host = await AccountsHost.StartAsync(RegistrationMode.Closed, sharedSecret: "shared");
        var nonce = (await host.GetAsync(Register))["nonce"];

        var made = await host.PostAsync(Register, Body(nonce, "root", admin: true, Mac("shared", $"{nonce}\0root\0correct horse\0admin")));

        Assert.Equal(("@root:test", "test"), (made["user_id"], made["home_server"]));
        Assert.Equal(200, (await host.GetAsync(Accounts, made["access_token"])).Status);
    }

    [Fact]
    public void The_mac_of_these_tests_is_the_one_that_other_tools_make()
    {
        // printf 'thisisanonce\0pepper_roni\0pizza\0admin' | openssl sha1 -hmac shared_secret
        Assert.Equal("48715842ad67d5dc9a9ee938a3bda4fcfae8d7c7", Mac("shared_secret", "thisisanonce\0pepper_roni\0pizza\0admin"));
    }

    [Fact]
    public async Task A_wrong_mac_is_refused_and_uses_the_nonce_up()
    {
        await using var host = await AccountsHost.StartAsync(sharedSecret: "shared");
        var nonce = (await host.GetAsync(Register))["nonce"];
        var right = Mac("shared", $"{nonce}\0root\0correct horse\0notadmin");

        // The MAC says "notadmin": a request that asks for more is another one.
        var refused = await host.PostAsync(Register, Body(nonce, "root", admin: true, right));
        Assert.Equal((403, "M_UNKNOWN"), (refused.Status, refused.Code));
        var reused = await host.PostAsync(Register, Body(nonce, "root", admin: false, right));
        Assert.Equal((400, "M_UNKNOWN"), (reused.Status, reused.Code));
    }

    [Fact]
    public async Task A_nonce_expires()
    {
        await using var host = await AccountsHost.StartAsync(sharedSecret: "shared");
        var nonce = (await host.GetAsync(Register))["nonce"];
        host.Time.Advance(TimeSpan.FromSeconds(60));

        var late = await host.PostAsync(Register, Body(nonce, "root", admin: false, Mac("shared", $"{nonce}\0root\0correct horse\0notadmin")));

        Assert.Equal((400, "M_UNKNOWN"), (late.Status, late.Code));
    }

    [Fact]
    public async Task Without_a_shared_secret_there_is_no_such_registration()
    {
        await using var host = await AccountsHost.StartAsync();

        Assert.Equal(400, (await host.GetAsync(Register)).Status);
        Assert.Equal(400, (await host.PostAsync(Register, "{}")).Status);
    }

    [Fact]
    public async Task Only_administrators_get_in()
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice");

        Assert.Equal("M_FORBIDDEN", (await host.GetAsync(Accounts, token)).Code);
        Assert.Equal("M_FORBIDDEN", (await host.PostAsync(Tokens, "{}", token)).Code);
        Assert.Equal("M_MISSING_TOKEN", (await host.GetAsync(Tokens)).Code);
    }

    [Fact]
    public async Task Registration_tokens_are_made_listed_and_deleted()
    {
        await using var host = await AccountsHost.StartAsync(RegistrationMode.Token);
        var admin = await host.EnterAsync("root", admin: true);
        var expiry = host.Time.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds();

        var made = await host.PostAsync(Tokens, $$"""{"token":"invited","uses_allowed":2,"expiry_time":{{expiry}}}""", admin);
        Assert.Equal($$"""{"token":"invited","uses_allowed":2,"pending":0,"completed":0,"expiry_time":{{expiry}}}""", made.Json.ToJsonString());
        Assert.Equal(16, (await host.PostAsync(Tokens, "{}", admin))["token"].Length);

        Assert.Equal("M_INVALID_PARAM", (await host.PostAsync(Tokens, """{"token":"invited"}""", admin)).Code);
        Assert.Equal("M_INVALID_PARAM", (await host.PostAsync(Tokens, """{"token":"not a token"}""", admin)).Code);
        Assert.Equal("M_INVALID_PARAM", (await host.PostAsync(Tokens, """{"uses_allowed":-1}""", admin)).Code);
        Assert.Equal("M_INVALID_PARAM", (await host.PostAsync(Tokens, """{"expiry_time":1}""", admin)).Code);
        Assert.Equal("M_INVALID_PARAM", (await host.PostAsync(Tokens, """{"expiry_time":9223372036854775807}""", admin)).Code);

        Assert.Equal(2, (await host.GetAsync(Tokens, admin)).Json["registration_tokens"]!.AsArray().Count);
        Assert.Equal(200, (await host.SendAsync("DELETE", Tokens + "/invited", null, admin)).Status);
        Assert.Equal("M_NOT_FOUND", (await host.SendAsync("DELETE", Tokens + "/invited", null, admin)).Code);
    }

    [Fact]
    public async Task Accounts_are_paged_and_deactivated()
    {
        await using var host = await AccountsHost.StartAsync();
        var admin = await host.EnterAsync("root", admin: true);
        var alice = await host.EnterAsync("alice");

        var page = await host.GetAsync(Accounts + "?limit=1", admin);
        Assert.Equal("@alice:test", page["next_from"]);
        var next = await host.GetAsync(Accounts + "?limit=10&from=@alice:test", admin);
        Assert.Equal("@root:test", (string?)Assert.Single(next.Json["accounts"]!.AsArray())!["user_id"]);
        Assert.False(next.Json.ContainsKey("next_from"));
        Assert.Equal("M_INVALID_PARAM", (await host.GetAsync(Accounts + "?from=alice", admin)).Code);

        Assert.Equal(200, (await host.PostAsync(Accounts + "/@alice:test/deactivate", "{}", admin)).Status);
        Assert.Equal([UserId.Parse("@alice:test")], host.Rooms.Left);
        Assert.Equal("M_UNKNOWN_TOKEN", (await host.GetAsync("account/whoami", alice)).Code);
        Assert.Equal("M_NOT_FOUND", (await host.PostAsync(Accounts + "/@nobody:test/deactivate", "{}", admin)).Code);
    }

    static string Body(string nonce, string user, bool admin, string mac) =>
        $$"""{"nonce":"{{nonce}}","username":"{{user}}","password":"correct horse","admin":{{(admin ? "true" : "false")}},"mac":"{{mac}}"}""";

#pragma warning disable CA5350 // The protocol's hash.
    static string Mac(string secret, string message) =>
        Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(message)));
#pragma warning restore CA5350
}
