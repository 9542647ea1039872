using Hybrid.Accounts.Sessions;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Xunit;
using static Hybrid.Accounts.Tests.TestDatabase;

namespace Hybrid.Accounts.Tests.Sessions;

public sealed class AccessTokensTests : IDisposable
{
    readonly TestDatabase _db = new();
    readonly CountingStore _store;
    readonly AccessTokens _tokens;

    public AccessTokensTests()
    {
        _store = new CountingStore(_db.Sessions);
        _tokens = new AccessTokens(_store, new AccountOptions { ServerName = ServerName.Parse("test"), CachedAccessTokens = 8 }, _db.Time);
    }

    [Fact]
    public async Task A_token_is_looked_up_in_the_store_once()
    {
        await _db.AddAliceAsync();
        await _db.OpenAsync(Phone, "access");

        for (var i = 0; i < 5; i++)
            Assert.Equal(Alice, (await _tokens.FindAsync("access", default)).Value.UserId);

        Assert.Equal(1, _store.Lookups);
    }

    [Fact]
    public async Task A_revoked_token_is_unknown_at_once()
    {
        await _db.AddAliceAsync();
        await _db.OpenAsync(Phone, "access");
        await _tokens.FindAsync("access", default);

        _tokens.Revoke(await _db.Devices.DeleteAsync(Alice, [Phone], default));

        var error = (await _tokens.FindAsync("access", default)).Error;
        Assert.True(error is { Status: 401, Code: "M_UNKNOWN_TOKEN", SoftLogout: false });
    }

    [Fact]
    public async Task A_token_revoked_while_it_is_looked_up_does_not_stay_in_memory()
    {
        await _db.AddAliceAsync();
        await _db.OpenAsync(Phone, "access");
        _store.AfterLookup = async () => _tokens.Revoke(await _db.Devices.DeleteAsync(Alice, [Phone], default));

        await _tokens.FindAsync("access", default);
        _store.AfterLookup = null;

        Assert.Equal("M_UNKNOWN_TOKEN", (await _tokens.FindAsync("access", default)).Error!.Code);
    }

    [Fact]
    public async Task An_expired_token_is_a_soft_logout_from_memory_and_from_the_store()
    {
        await _db.AddAliceAsync();
        await _db.OpenAsync(Phone, "access", expires: _db.Time.GetUtcNow().AddMinutes(5));
        Assert.Null((await _tokens.FindAsync("access", default)).Error);

        _db.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.True((await _tokens.FindAsync("access", default)).Error is { Code: "M_UNKNOWN_TOKEN", SoftLogout: true });
        Assert.True((await _tokens.FindAsync("access", default)).Error is { Code: "M_UNKNOWN_TOKEN", SoftLogout: true });
        Assert.Equal(2, _store.Lookups);
    }

    [Fact]
    public async Task The_first_use_of_a_refreshed_token_spends_the_old_refresh_token()
    {
        await _db.AddAliceAsync();
        await _db.OpenAsync(Phone, "a0", "r0");
        await _db.Sessions.RefreshAsync(TokenHash.Of("r0"), Pair("a1", "r1"), _db.Time.GetUtcNow(), default);

        await _tokens.FindAsync("a1", default);

        Assert.Equal(RefreshResult.Spent, await _db.Sessions.RefreshAsync(TokenHash.Of("r0"), Pair("x", "y"), _db.Time.GetUtcNow(), default));
    }

    [Fact]
    public async Task The_least_recently_used_tokens_make_room()
    {
        await _db.AddAliceAsync();
        for (var i = 0; i < 9; i++)
        {
            await _db.OpenAsync(DeviceId.Parse($"D{i}"), $"t{i}");
            await _tokens.FindAsync($"t{i}", default);
            _db.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await _tokens.FindAsync("t8", default);
        Assert.Equal(9, _store.Lookups);
        await _tokens.FindAsync("t0", default);
        Assert.Equal(10, _store.Lookups);
    }

    public void Dispose() => _db.Dispose();

    sealed class CountingStore(ISessionStore inner) : ISessionStore
    {
        public int Lookups { get; private set; }

        public Func<Task>? AfterLookup { get; set; }

        public async ValueTask<AccessTokenRecord?> FindAccessTokenAsync(TokenHash token, CancellationToken cancellationToken)
        {
            Lookups++;
            var found = await inner.FindAccessTokenAsync(token, cancellationToken);
            if (AfterLookup is { } interfere)
                await interfere();
            return found;
        }

        public ValueTask<OpenedSession?> OpenAsync(NewSession session, CancellationToken cancellationToken) => inner.OpenAsync(session, cancellationToken);

        public ValueTask ConfirmAsync(long sessionId, long generation, CancellationToken cancellationToken) =>
            inner.ConfirmAsync(sessionId, generation, cancellationToken);

        public ValueTask<RefreshResult> RefreshAsync(TokenHash refreshToken, TokenPair next, DateTimeOffset now, CancellationToken cancellationToken) =>
            inner.RefreshAsync(refreshToken, next, now, cancellationToken);
    }
}
