using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Xunit;

namespace Hybrid.Accounts.Tests.Storage;

/// <summary>What both engines promise of links to identity providers.</summary>
public sealed class ExternalIdentityStoreTests : IDisposable
{
    static readonly ExternalIdentity Ann = new("https://id.example.org", "ann");
    static readonly UserId Bob = UserId.Parse("@bob:test");

    readonly TestDatabase _database = new();

    IExternalIdentityStore Store => _database.Database.Get<IExternalIdentityStore>();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task An_identity_is_of_one_account_until_that_forgets_it()
    {
        var now = _database.Time.GetUtcNow();
        await _database.AddAliceAsync();
        await _database.Accounts.TryAddAsync(new NewAccount(new AccountRecord(Bob, null, now), "bob", null), default);
        Assert.Null(await Store.FindAsync(Ann, default));

        Assert.True(await Store.TryLinkAsync(Ann, TestDatabase.Alice, now, default));
        Assert.False(await Store.TryLinkAsync(Ann, Bob, now, default));
        Assert.True(await Store.TryLinkAsync(Ann with { Issuer = "https://other.example.org" }, Bob, now, default));

        Assert.Equal(TestDatabase.Alice, await Store.FindAsync(Ann, default));
        Assert.Equal([Ann], await Store.ListAsync(TestDatabase.Alice, default));

        await Store.DeleteAllAsync(TestDatabase.Alice, default);
        Assert.Empty(await Store.ListAsync(TestDatabase.Alice, default));
        Assert.True(await Store.TryLinkAsync(Ann, Bob, now, default));
    }
}
