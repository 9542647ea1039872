using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Streams;
using Xunit;
using static Hybrid.Accounts.Tests.TestDatabase;

namespace Hybrid.Accounts.Tests.Storage;

public sealed class AccountStoreTests : IDisposable
{
    readonly TestDatabase _db = new();

    [Fact]
    public async Task The_first_account_ends_the_first_start()
    {
        Assert.False(await _db.Accounts.AnyAccountAsync(default));
        Assert.Equal(AccountAddition.Added, await _db.AddAliceAsync());
        Assert.True(await _db.Accounts.AnyAccountAsync(default));
    }

    [Fact]
    public async Task An_account_is_added_once_and_read_back_with_its_profile()
    {
        await _db.AddAliceAsync();

        Assert.Equal(AccountAddition.UserInUse, await _db.AddAliceAsync());
        Assert.Equal(new AccountRecord(Alice, "hash", _db.Time.GetUtcNow()), await _db.Accounts.FindAsync(Alice, default));
        Assert.Equal("\"alice\"", (await _db.Profiles.ReadAsync(Alice, default))!["displayname"]);
    }

    [Fact]
    public async Task A_registration_token_makes_as_many_accounts_as_it_allows()
    {
        await _db.Tokens.TryAddAsync(new RegistrationTokenRecord("t", 1, 0, null), default);

        Assert.Equal(AccountAddition.Added, await AddAsync("@one:test", "t"));
        Assert.Equal(AccountAddition.TokenSpent, await AddAsync("@two:test", "t"));
        Assert.Equal(AccountAddition.TokenSpent, await AddAsync("@two:test", "unknown"));

        Assert.Equal(1, (await _db.Tokens.FindAsync("t", default))!.Completed);
        Assert.Null(await _db.Accounts.FindAsync(UserId.Parse("@two:test"), default));
    }

    [Fact]
    public async Task An_expired_registration_token_makes_no_account()
    {
        await _db.Tokens.TryAddAsync(new RegistrationTokenRecord("t", null, 0, _db.Time.GetUtcNow().AddHours(1)), default);
        Assert.Equal(AccountAddition.Added, await AddAsync("@one:test", "t"));

        _db.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(AccountAddition.TokenSpent, await AddAsync("@two:test", "t"));
    }

    [Fact]
    public async Task Moderation_is_seen_by_the_account_and_its_sessions_and_ends_none()
    {
        await _db.AddAliceAsync();
        await _db.OpenAsync(Phone, "access", "refresh");

        Assert.Equal([TokenHash.Of("access")], await _db.Accounts.SetLockedAsync(Alice, true, default));
        Assert.Equal([TokenHash.Of("access")], await _db.Accounts.SetSuspendedAsync(Alice, true, default));
        Assert.True(await _db.Accounts.FindAsync(Alice, default) is { IsLocked: true, IsSuspended: true });
        Assert.True(await _db.Sessions.FindAccessTokenAsync(TokenHash.Of("access"), default) is { IsLocked: true, IsSuspended: true });
        Assert.Equal(RefreshResult.Locked, await _db.Sessions.RefreshAsync(TokenHash.Of("refresh"), Pair("next"), _db.Time.GetUtcNow(), default));

        Assert.NotNull(await _db.Accounts.SetLockedAsync(Alice, false, default));
        Assert.True(await _db.Accounts.FindAsync(Alice, default) is { IsLocked: false, IsSuspended: true });
        Assert.Equal(RefreshResult.Refreshed, await _db.Sessions.RefreshAsync(TokenHash.Of("refresh"), Pair("next"), _db.Time.GetUtcNow(), default));
        Assert.Null(await _db.Accounts.SetLockedAsync(UserId.Parse("@nobody:test"), true, default));
    }

    [Fact]
    public async Task Deactivation_ends_sessions_and_forgets_all_but_the_user_id()
    {
        await _db.AddAliceAsync();
        await _db.OpenAsync(Phone, "access", "refresh");

        var ended = await _db.Accounts.DeactivateAsync(Alice, erase: true, default);

        Assert.Equal([TokenHash.Of("access")], ended);
        var account = await _db.Accounts.FindAsync(Alice, default);
        Assert.True(account is { IsDeactivated: true, IsErased: true, PasswordHash: null });
        Assert.Empty(await _db.Devices.ListAsync(Alice, default));
        Assert.Null(await _db.Profiles.ReadAsync(Alice, default));
        Assert.Null(await _db.Sessions.FindAccessTokenAsync(TokenHash.Of("access"), default));
        Assert.Equal(AccountAddition.UserInUse, await _db.AddAliceAsync());
        Assert.Null(await _db.Accounts.DeactivateAsync(UserId.Parse("@nobody:test"), erase: false, default));
    }

    [Fact]
    public async Task Deleting_a_device_takes_its_tokens_and_tells_the_device_list_stream()
    {
        await _db.AddAliceAsync();
        await _db.OpenAsync(Phone, "phone");
        await _db.OpenAsync(Laptop, "laptop");
        var notices = new List<StreamNotice>();
        using var subscription = _db.Hub.Subscribe(published => notices.AddRange(published.Span));

        Assert.Equal([TokenHash.Of("phone")], await _db.Devices.DeleteAsync(Alice, [Phone, DeviceId.Parse("NEVER")], default));
        Assert.Empty(await _db.Devices.DeleteAsync(Alice, [Phone], default));

        Assert.Equal(new StreamNotice(StreamKind.DeviceLists, 1) { User = Alice }, Assert.Single(notices));
        Assert.Equal(1, await _db.Database.ReadIntegerAsync("SELECT position FROM device_list_changes WHERE user_id = '@alice:test'"));
        Assert.Equal(Laptop, Assert.Single(await _db.Devices.ListAsync(Alice, default)).DeviceId);
    }

    [Fact]
    public async Task All_devices_but_one_can_be_deleted()
    {
        await _db.AddAliceAsync();
        await _db.OpenAsync(Phone, "phone");
        await _db.OpenAsync(Laptop, "laptop");

        Assert.Equal([TokenHash.Of("phone")], await _db.Devices.DeleteAllAsync(Alice, Laptop, default));
        Assert.Equal([TokenHash.Of("laptop")], await _db.Devices.DeleteAllAsync(Alice, null, default));
    }

    [Fact]
    public async Task Renaming_a_device_tells_the_device_list_stream_and_a_missing_one_does_not()
    {
        await _db.AddAliceAsync();
        await _db.OpenAsync(Phone, "phone");

        Assert.True(await _db.Devices.RenameAsync(Alice, Phone, "new", default));
        Assert.False(await _db.Devices.RenameAsync(Alice, Laptop, "new", default));

        Assert.Equal("new", (await _db.Devices.FindAsync(Alice, Phone, default))!.DisplayName);
        Assert.Equal(1, _db.Hub.Current(StreamKind.DeviceLists));
    }

    [Fact]
    public async Task A_profile_that_would_be_too_large_keeps_its_fields()
    {
        await _db.AddAliceAsync();

        Assert.Equal(ProfileWrite.Written, await _db.Profiles.SetAsync(Alice, "org.example.a", "\"é\"", 100, default));
        Assert.Equal(ProfileWrite.TooLarge, await _db.Profiles.SetAsync(Alice, "org.example.b", $"\"{new string('x', 60)}\"", 100, default));
        Assert.Equal(ProfileWrite.Written, await _db.Profiles.SetAsync(Alice, "org.example.a", "1", 100, default));
        Assert.Equal(ProfileWrite.NoAccount, await _db.Profiles.SetAsync(UserId.Parse("@nobody:test"), "org.example.a", "1", 100, default));

        var fields = await _db.Profiles.ReadAsync(Alice, default);
        Assert.Equal(["displayname", "org.example.a"], fields!.Keys.Order());
        Assert.True(await _db.Profiles.RemoveAsync(Alice, "org.example.a", default));
        Assert.False(await _db.Profiles.RemoveAsync(Alice, "org.example.a", default));
    }

    public void Dispose() => _db.Dispose();

    async Task<AccountAddition> AddAsync(string userId, string token) =>
        await _db.Accounts.TryAddAsync(new NewAccount(new AccountRecord(UserId.Parse(userId), null, _db.Time.GetUtcNow()), null, token), default);
}
