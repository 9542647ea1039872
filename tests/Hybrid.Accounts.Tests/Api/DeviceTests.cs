using Hybrid.Accounts.Devices;
using Hybrid.Storage.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hybrid.Accounts.Tests.Api;

public sealed class DeviceTests
{
    const string Auth = """ "auth":{"type":"m.login.password","password":"correct horse","user":"alice"} """;

    [Fact]
    public async Task Devices_are_listed_with_when_they_were_last_seen()
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice", "PHONE");
        await host.LoginAsync("alice", "LAPTOP");

        var devices = (await host.GetAsync("devices", token)).Json["devices"]!.AsArray();

        Assert.Equal(["LAPTOP", "PHONE"], devices.Select(device => (string?)device!["device_id"]));
        Assert.Null(devices[0]!["last_seen_ts"]);
        Assert.Equal("127.0.0.1", (string?)devices[1]!["last_seen_ip"]);
        Assert.Equal(host.Time.GetUtcNow().ToUnixTimeMilliseconds(), (long)devices[1]!["last_seen_ts"]!);
    }

    [Fact]
    public async Task Activity_is_written_in_one_batch_and_not_with_every_request()
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice", "PHONE");
        var store = host.Services.GetRequiredService<IDeviceStore>();
        for (var i = 0; i < 3; i++)
            await host.GetAsync("account/whoami", token);
        Assert.Null((await store.FindAsync(TestDatabase.Alice, TestDatabase.Phone, default))!.LastSeenAt);

        await host.Services.GetRequiredService<DeviceActivity>().FlushAsync(default);

        Assert.Equal(host.Time.GetUtcNow(), (await store.FindAsync(TestDatabase.Alice, TestDatabase.Phone, default))!.LastSeenAt);
    }

    [Fact]
    public async Task A_device_is_renamed_by_its_owner_only()
    {
        await using var host = await AccountsHost.StartAsync();
        var alice = await host.EnterAsync("alice", "PHONE");
        var bob = await host.EnterAsync("bob");

        Assert.Equal(200, (await host.SendAsync("PUT", "devices/PHONE", """{"display_name":"Mine"}""", alice)).Status);
        Assert.Equal(200, (await host.SendAsync("PUT", "devices/PHONE", "{}", alice)).Status);
        Assert.Equal("Mine", (await host.GetAsync("devices/PHONE", alice))["display_name"]);
        Assert.Equal("M_NOT_FOUND", (await host.SendAsync("PUT", "devices/PHONE", """{"display_name":"Yours"}""", bob)).Code);
        Assert.Equal("M_NOT_FOUND", (await host.GetAsync("devices/PHONE", bob)).Code);
        Assert.Equal("M_INVALID_PARAM", (await host.SendAsync("PUT", "devices/PHONE", $$"""{"display_name":"{{new string('x', 257)}}"}""", alice)).Code);
    }

    [Fact]
    public async Task A_deleted_device_is_logged_out()
    {
        await using var host = await AccountsHost.StartAsync();
        var mine = await host.EnterAsync("alice", "MINE");
        var other = (await host.LoginAsync("alice", "OTHER"))["access_token"];

        Assert.Equal(401, (await host.SendAsync("DELETE", "devices/OTHER", "{}", mine)).Status);
        Assert.Equal(401, (await host.SendAsync("DELETE", "devices/OTHER", null, mine)).Status);
        Assert.Equal(200, (await host.GetAsync("account/whoami", other)).Status);
        Assert.Equal(200, (await host.SendAsync("DELETE", "devices/OTHER", $$"""{{{Auth}}}""", mine)).Status);

        Assert.Equal(401, (await host.GetAsync("account/whoami", other)).Status);
        Assert.Equal("M_NOT_FOUND", (await host.GetAsync("devices/OTHER", mine)).Code);
    }

    [Fact]
    public async Task Many_devices_are_deleted_at_once_even_if_some_are_gone()
    {
        await using var host = await AccountsHost.StartAsync();
        var mine = await host.EnterAsync("alice", "MINE");
        await host.LoginAsync("alice", "ONE");
        await host.LoginAsync("alice", "TWO");

        Assert.Equal(200, (await host.PostAsync("delete_devices", $$"""{"devices":["ONE","GONE","TWO"],{{Auth}}}""", mine)).Status);

        Assert.Single((await host.GetAsync("devices", mine)).Json["devices"]!.AsArray());
        Assert.Equal("M_MISSING_PARAM", (await host.PostAsync("delete_devices", "{}", mine)).Code);
        Assert.Equal("M_INVALID_PARAM", (await host.PostAsync("delete_devices", """{"devices":[""]}""", mine)).Code);
        Assert.Equal("M_BAD_JSON", (await host.PostAsync("delete_devices", """{"devices":"ONE"}""", mine)).Code);
    }
}
