using Hybrid.Storage.Accounts;
using Hybrid.Storage.OAuth;
using Xunit;

namespace Hybrid.Accounts.Tests.Storage;

/// <summary>What both engines promise of clients that registered themselves, and of what users granted them.</summary>
public sealed class OAuthStoreTests : IDisposable
{
    readonly TestDatabase _database = new();

    IOAuthStore Store => _database.Database.Get<IOAuthStore>();

    DateTimeOffset Now => _database.Time.GetUtcNow();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Clients_without_a_grant_go_after_a_while_and_there_are_only_so_many()
    {
        await GrantAsync("kept");
        Assert.True(await AddAsync("unused", Now));
        Assert.False(await Store.TryAddClientAsync("third", "{}", Now, Now.AddDays(-1), most: 2, default));
        Assert.True(await Store.TryAddClientAsync("unused", "{}", Now.AddHours(1), Now.AddDays(-1), most: 2, default));

        Assert.True(await AddAsync("new", Now.AddDays(3)));

        Assert.Null(await Store.FindClientAsync("unused", default));
        Assert.Equal("{\"client\":\"kept\"}", await Store.FindClientAsync("kept", default));
        Assert.NotNull(await Store.FindClientAsync("new", default));
    }

    [Fact]
    public async Task A_grant_is_found_by_either_token_and_goes_with_its_device()
    {
        var grant = await GrantAsync("client");

        Assert.Equal(grant, await Store.FindGrantAsync(TokenHash.Of("access"), default));
        Assert.Equal(grant, await Store.FindGrantAsync(TokenHash.Of("refresh"), default));
        Assert.Null(await Store.FindGrantAsync(TokenHash.Of("other"), default));
        Assert.Equal([grant], await Store.ListGrantsAsync(TestDatabase.Alice, default));

        var wider = grant with { Scope = "more" };
        await Store.PutGrantAsync(wider, default);
        Assert.Equal([wider], await Store.ListGrantsAsync(TestDatabase.Alice, default));

        await _database.Devices.DeleteAsync(TestDatabase.Alice, [TestDatabase.Phone], default);
        Assert.Empty(await Store.ListGrantsAsync(TestDatabase.Alice, default));
        Assert.Null(await Store.FindGrantAsync(TokenHash.Of("access"), default));
    }

    async Task<OAuthGrant> GrantAsync(string client)
    {
        await _database.AddAliceAsync();
        await _database.OpenAsync(TestDatabase.Phone, "access", "refresh");
        Assert.True(await AddAsync(client, Now));
        var grant = new OAuthGrant(TestDatabase.Alice, TestDatabase.Phone, client, "scope", Now);
        await Store.PutGrantAsync(grant, default);
        return grant;
    }

    ValueTask<bool> AddAsync(string client, DateTimeOffset now) =>
        Store.TryAddClientAsync(client, $$"""{"client":"{{client}}"}""", now, now.AddDays(-1), most: 10, default);
}
