using Hybrid.Storage.Accounts;
using Xunit;
using static Hybrid.Accounts.Tests.TestDatabase;

namespace Hybrid.Accounts.Tests.Storage;

public sealed class SessionStoreTests : IDisposable
{
    readonly TestDatabase _db = new();

    [Fact]
    public async Task A_token_opens_the_session_it_was_stored_with()
    {
        await _db.AddAliceAsync();
        var opened = await _db.OpenAsync(Phone, "access", expires: _db.Time.GetUtcNow().AddMinutes(5));

        var found = await _db.Sessions.FindAccessTokenAsync(TokenHash.Of("access"), default);

        Assert.Equal((opened.SessionId, Alice, Phone), (found!.SessionId, found.UserId, found.DeviceId));
        Assert.Equal(_db.Time.GetUtcNow().AddMinutes(5), found.ExpiresAt);
        Assert.Null(await _db.Sessions.FindAccessTokenAsync(TokenHash.Of("Access"), default));
    }

    [Fact]
    public async Task Logging_in_again_on_a_device_revokes_its_tokens_and_keeps_its_name()
    {
        await _db.AddAliceAsync();
        await _db.OpenAsync(Phone, "first", "first-refresh");

        var second = await _db.Sessions.OpenAsync(new NewSession(Alice, Phone, "another name", Pair("second"), _db.Time.GetUtcNow()), default);

        Assert.Equal([TokenHash.Of("first")], second!.Revoked);
        Assert.Null(await _db.Sessions.FindAccessTokenAsync(TokenHash.Of("first"), default));
        Assert.Equal(RefreshResult.Unknown, await RefreshAsync("first-refresh", "x", "y"));
        Assert.Equal("first name", (await _db.Devices.FindAsync(Alice, Phone, default))!.DisplayName);
    }

    [Fact]
    public async Task A_refresh_token_can_be_used_again_until_the_client_shows_a_token_of_the_next_generation()
    {
        await _db.AddAliceAsync();
        await _db.OpenAsync(Phone, "a0", "r0");

        Assert.Equal(RefreshResult.Refreshed, await RefreshAsync("r0", "a1", "r1"));
        Assert.Equal(RefreshResult.Refreshed, await RefreshAsync("r0", "a1b", "r1b"));

        var shown = (await _db.Sessions.FindAccessTokenAsync(TokenHash.Of("a1b"), default))!;
        Assert.Equal((1, 0), (shown.Generation, shown.ConfirmedGeneration));
        await _db.Sessions.ConfirmAsync(shown.SessionId, shown.Generation, default);

        Assert.Equal(RefreshResult.Spent, await RefreshAsync("r0", "a1c", "r1c"));
        Assert.Equal(RefreshResult.Refreshed, await RefreshAsync("r1b", "a2", "r2"));
    }

    [Fact]
    public async Task Using_the_new_refresh_token_spends_the_old_one()
    {
        await _db.AddAliceAsync();
        await _db.OpenAsync(Phone, "a0", "r0");

        Assert.Equal(RefreshResult.Refreshed, await RefreshAsync("r0", "a1", "r1"));
        Assert.Equal(RefreshResult.Refreshed, await RefreshAsync("r1", "a2", "r2"));

        Assert.Equal(RefreshResult.Spent, await RefreshAsync("r0", "x", "y"));
    }

    [Fact]
    public async Task A_chain_of_refreshes_keeps_a_bounded_number_of_tokens()
    {
        await _db.AddAliceAsync();
        await _db.OpenAsync(Phone, "a0", "r0");
        for (var i = 0; i < 20; i++)
            await RefreshAsync($"r{i}", $"a{i + 1}", $"r{i + 1}");
        for (var i = 0; i < 20; i++)
            await RefreshAsync("r20", $"lost{i}", $"lost-refresh{i}");

        Assert.InRange((await _db.Database.ReadIntegerAsync("SELECT COUNT(*) FROM access_tokens"))!.Value, 2, 8);
        Assert.InRange((await _db.Database.ReadIntegerAsync("SELECT COUNT(*) FROM refresh_tokens"))!.Value, 2, 9);
        Assert.NotNull(await _db.Sessions.FindAccessTokenAsync(TokenHash.Of("lost19"), default));
        Assert.Null(await _db.Sessions.FindAccessTokenAsync(TokenHash.Of("lost0"), default));
        Assert.Equal(RefreshResult.Refreshed, await RefreshAsync("lost-refresh19", "z", "zr"));
    }

    [Fact]
    public async Task An_expired_refresh_token_is_spent()
    {
        await _db.AddAliceAsync();
        var pair = Pair("a0", "r0") with { RefreshExpiresAt = _db.Time.GetUtcNow().AddDays(1) };
        await _db.Sessions.OpenAsync(new NewSession(Alice, Phone, null, pair, _db.Time.GetUtcNow()), default);

        _db.Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(RefreshResult.Spent, await RefreshAsync("r0", "a1", "r1"));
    }

    [Fact]
    public async Task No_session_opens_for_an_account_that_is_missing_or_deactivated()
    {
        Assert.Null(await _db.Sessions.OpenAsync(new NewSession(Alice, Phone, null, Pair("a"), _db.Time.GetUtcNow()), default));

        await _db.AddAliceAsync();
        await _db.Accounts.DeactivateAsync(Alice, erase: false, default);

        Assert.Null(await _db.Sessions.OpenAsync(new NewSession(Alice, Phone, null, Pair("a"), _db.Time.GetUtcNow()), default));
    }

    public void Dispose() => _db.Dispose();

    ValueTask<RefreshResult> RefreshAsync(string refresh, string nextAccess, string nextRefresh) =>
        _db.Sessions.RefreshAsync(TokenHash.Of(refresh), Pair(nextAccess, nextRefresh, _db.Time.GetUtcNow().AddMinutes(5)), _db.Time.GetUtcNow(), default);
}
