using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.ThirdParty;
using Xunit;

namespace Hybrid.Accounts.Tests.Storage;

/// <summary>What both engines promise of addresses and their proofs.</summary>
public sealed class ThirdPartyStoreTests : IDisposable
{
    static readonly ThirdPartyAddress Email = new(ThirdPartyAddress.Email, "alice@example.org");
    static readonly ThirdPartyAddress Phone = new(ThirdPartyAddress.Telephone, "447700900001");
    static readonly UserId Bob = UserId.Parse("@bob:test");

    readonly TestDatabase _database = new();

    IThirdPartyStore Store => _database.Database.Get<IThirdPartyStore>();

    DateTimeOffset Now => _database.Time.GetUtcNow();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task An_address_is_of_one_account()
    {
        await AddAccountsAsync();
        Assert.True(await Store.TryAddAsync(TestDatabase.Alice, new AccountAddress(Email, Now, Now), default));
        Assert.True(await Store.TryAddAsync(TestDatabase.Alice, new AccountAddress(Phone, Now, Now.AddSeconds(1)), default));
        Assert.True(await Store.TryAddAsync(TestDatabase.Alice, new AccountAddress(Email, Now.AddHours(1), Now.AddHours(1)), default));
        Assert.False(await Store.TryAddAsync(Bob, new AccountAddress(Email, Now, Now), default));

        Assert.Equal(TestDatabase.Alice, await Store.FindOwnerAsync(Email, default));
        Assert.Null(await Store.FindOwnerAsync(Email with { Medium = ThirdPartyAddress.Telephone }, default));
        Assert.Equal(
            [new AccountAddress(Email, Now.AddHours(1), Now), new AccountAddress(Phone, Now, Now.AddSeconds(1))],
            await Store.ListAsync(TestDatabase.Alice, default));

        Assert.False(await Store.RemoveAsync(Bob, Email, default));
        Assert.True(await Store.RemoveAsync(TestDatabase.Alice, Email, default));
        Assert.True(await Store.TryAddAsync(Bob, new AccountAddress(Email, Now, Now), default));
    }

    [Fact]
    public async Task Bindings_are_remembered_and_go_with_the_account()
    {
        await AddAccountsAsync();
        await Store.TryAddAsync(TestDatabase.Alice, new AccountAddress(Email, Now, Now), default);
        foreach (var server in (string[])["id.example.org", "id.example.com", "id.example.org"])
            await Store.AddBindingAsync(TestDatabase.Alice, Email, server, default);
        await Store.AddBindingAsync(Bob, Phone, "id.example.org", default);

        Assert.Equal([(Email, "id.example.com"), (Email, "id.example.org")], await Store.ListBindingsAsync(TestDatabase.Alice, default));
        await Store.RemoveBindingAsync(TestDatabase.Alice, Email, "id.example.com", default);
        Assert.Equal([(Email, "id.example.org")], await Store.ListBindingsAsync(TestDatabase.Alice, default));

        await Store.DeleteAllAsync(TestDatabase.Alice, default);
        Assert.Empty(await Store.ListAsync(TestDatabase.Alice, default));
        Assert.Empty(await Store.ListBindingsAsync(TestDatabase.Alice, default));
        Assert.Single(await Store.ListBindingsAsync(Bob, default));
    }

    [Fact]
    public async Task A_proof_is_found_by_name_and_by_what_it_is_for_and_serves_once()
    {
        var proof = new AddressProof("sid", Email, "secret", TokenHash.Of("token"), 1, Now) { NextLink = "https://client.example.org/" };
        await Store.PutProofAsync(proof, Now.AddDays(-1), default);
        Assert.Equal(proof, await Store.FindProofAsync("sid", default));
        Assert.Equal(proof, await Store.FindProofAsync(Email, "secret", default));
        Assert.Null(await Store.FindProofAsync(Email, "another", default));

        var validated = proof with { ValidatedAt = Now.AddMinutes(1), Failures = 2 };
        await Store.PutProofAsync(validated, Now.AddDays(-1), default);
        Assert.Equal(validated, await Store.FindProofAsync("sid", default));

        // Another attempt of the same client has a name of its own, and ends the one before.
        var again = proof with { Sid = "next", SendAttempt = 2 };
        await Store.PutProofAsync(again, Now.AddDays(-1), default);
        Assert.Null(await Store.FindProofAsync("sid", default));
        Assert.Equal(1, await Store.CountProofsAsync(default));

        Assert.True(await Store.RemoveProofAsync("next", default));
        Assert.False(await Store.RemoveProofAsync("next", default));
    }

    [Fact]
    public async Task Old_proofs_go_when_a_new_one_comes()
    {
        await Store.PutProofAsync(new AddressProof("old", Email, "a", TokenHash.Of("t"), 1, Now), Now.AddDays(-1), default);
        await Store.PutProofAsync(new AddressProof("new", Email, "b", TokenHash.Of("t"), 1, Now.AddDays(2)), Now.AddDays(1), default);

        Assert.Null(await Store.FindProofAsync("old", default));
        Assert.NotNull(await Store.FindProofAsync("new", default));
    }

    async Task AddAccountsAsync()
    {
        await _database.AddAliceAsync();
        await _database.Accounts.TryAddAsync(new NewAccount(new AccountRecord(Bob, "hash", Now), "bob", null), default);
    }
}
