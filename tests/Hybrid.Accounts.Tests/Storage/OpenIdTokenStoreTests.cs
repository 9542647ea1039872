using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Xunit;
using static Hybrid.Accounts.Tests.TestDatabase;

namespace Hybrid.Accounts.Tests.Storage;

public sealed class OpenIdTokenStoreTests : IDisposable
{
    static readonly UserId Bob = UserId.Parse("@bob:test");

    readonly TestDatabase _db = new();

    IOpenIdTokenStore Tokens => _db.Database.Get<IOpenIdTokenStore>();

    DateTimeOffset Now => _db.Time.GetUtcNow();

    [Fact]
    public async Task A_token_is_good_until_it_expires()
    {
        await Tokens.AddAsync(TokenHash.Of("t"), Alice, Now, Now.AddHours(1), default);

        Assert.Equal(Alice, await Tokens.FindAsync(TokenHash.Of("t"), Now.AddMinutes(59), default));
        Assert.Null(await Tokens.FindAsync(TokenHash.Of("t"), Now.AddHours(1), default));
        Assert.Null(await Tokens.FindAsync(TokenHash.Of("T"), Now, default));
        await Tokens.AddAsync(TokenHash.Of("u"), Bob, Now.AddHours(1), Now.AddHours(2), default);
        Assert.Equal(1, await _db.Database.ReadIntegerAsync("SELECT count(*) FROM openid_tokens"));
    }

    [Fact]
    public async Task A_user_has_a_bounded_number_and_they_go_together()
    {
        for (var i = 0; i <= IOpenIdTokenStore.MaxPerUser; i++)
            await Tokens.AddAsync(TokenHash.Of($"{i}"), Alice, Now, Now.AddHours(1).AddSeconds(i), default);
        await Tokens.AddAsync(TokenHash.Of("bob"), Bob, Now, Now.AddHours(1), default);

        Assert.Null(await Tokens.FindAsync(TokenHash.Of("0"), Now, default));
        Assert.Equal(Alice, await Tokens.FindAsync(TokenHash.Of("1"), Now, default));
        await Tokens.DeleteAllAsync(Alice, default);
        Assert.Null(await Tokens.FindAsync(TokenHash.Of("1"), Now, default));
        Assert.Equal(Bob, await Tokens.FindAsync(TokenHash.Of("bob"), Now, default));
    }

    public void Dispose() => _db.Dispose();
}
