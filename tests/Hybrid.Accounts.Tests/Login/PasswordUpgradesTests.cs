using Hybrid.Accounts.Login;
using Hybrid.Accounts.Tests.Api;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Hybrid.Accounts.Tests.Login;

public sealed class PasswordUpgradesTests : IDisposable
{
    readonly TestDatabase _database = new();
    readonly Pbkdf2Hasher _hasher = new();
    readonly PasswordWorker _worker;
    readonly PasswordUpgrades _upgrades;

    public PasswordUpgradesTests()
    {
        _worker = new PasswordWorker(_hasher);
        _upgrades = new PasswordUpgrades(_database.Accounts, _hasher, _worker, NullLogger<PasswordUpgrades>.Instance);
    }

    public void Dispose()
    {
        _worker.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task A_cheap_hash_is_replaced_and_a_dear_one_kept()
    {
        var cheap = await StoreAsync("secret");
        await _upgrades.UpgradeAsync(TestDatabase.Alice, cheap, "secret");
        Assert.Equal(cheap, await StoredAsync());

        _hasher.Rounds *= 2;
        await _upgrades.UpgradeAsync(TestDatabase.Alice, cheap, "secret");
        var dear = await StoredAsync();
        Assert.False(_hasher.NeedsRehash(dear));
        Assert.True(_hasher.Verify(dear, "secret"u8));

        await _upgrades.UpgradeAsync(TestDatabase.Alice, dear, "secret");
        Assert.Equal(dear, await StoredAsync());
    }

    [Fact]
    public async Task A_password_that_was_changed_meanwhile_stays_changed()
    {
        var cheap = await StoreAsync("secret");
        _hasher.Rounds *= 2;
        var changed = _hasher.Create("another"u8);
        await _database.Accounts.SetPasswordHashAsync(TestDatabase.Alice, changed, default);

        await _upgrades.UpgradeAsync(TestDatabase.Alice, cheap, "secret");

        Assert.Equal(changed, await StoredAsync());
    }

    [Fact]
    public async Task A_failure_is_no_ones_exception()
    {
        var cheap = await StoreAsync("secret");
        _hasher.Rounds *= 2;
        var ended = new PasswordWorker(_hasher);
        ended.Dispose();

        await new PasswordUpgrades(_database.Accounts, _hasher, ended, NullLogger<PasswordUpgrades>.Instance).UpgradeAsync(TestDatabase.Alice, cheap, "secret");

        Assert.Equal(cheap, await StoredAsync());
    }

    [Fact]
    public async Task A_login_upgrades_the_hash_without_waiting_for_it()
    {
        await using var host = await AccountsHost.StartAsync();
        await host.EnterAsync("alice");
        var accounts = host.Services.GetRequiredService<IAccountStore>();
        var alice = UserId.Parse("@alice:test");
        var cheap = (await accounts.FindAsync(alice, default))!.PasswordHash!;

        host.Hasher.Rounds *= 2;
        using var gate = new ManualResetEventSlim();
        host.Hasher.Gate = gate;
        Assert.Equal("M_FORBIDDEN", (await host.PostAsync("login", """{"type":"m.login.password","user":"alice","password":"wrong horse"}""")).Code);
        Assert.Equal(200, (await host.LoginAsync("alice")).Status);
        Assert.Equal(cheap, (await accounts.FindAsync(alice, default))!.PasswordHash);

        gate.Set();
        var stored = cheap;
        while (stored == cheap)
        {
            Assert.Equal(200, (await host.LoginAsync("alice")).Status);
            stored = (await accounts.FindAsync(alice, default))!.PasswordHash!;
        }

        Assert.False(host.Hasher.NeedsRehash(stored));
        Assert.Equal(200, (await host.LoginAsync("alice")).Status);
    }

    async Task<string> StoreAsync(string password)
    {
        var hash = _hasher.Create(System.Text.Encoding.UTF8.GetBytes(password));
        await _database.AddAliceAsync();
        await _database.Accounts.SetPasswordHashAsync(TestDatabase.Alice, hash, default);
        return hash;
    }

    async Task<string> StoredAsync() => (await _database.Accounts.FindAsync(TestDatabase.Alice, default))!.PasswordHash!;
}
