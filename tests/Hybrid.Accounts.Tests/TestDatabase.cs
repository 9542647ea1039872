using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Accounts.Tests;

/// <summary>A real database, and the account stores on it.</summary>
sealed class TestDatabase : IDisposable
{
    public static readonly UserId Alice = UserId.Parse("@alice:test");
    public static readonly DeviceId Phone = DeviceId.Parse("PHONE");
    public static readonly DeviceId Laptop = DeviceId.Parse("LAPTOP");

    public TestDatabase() => Database = new Hybrid.Tests.Shared.TestDatabase(time: Time);

    public StreamHub Hub => Database.Hub;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public Hybrid.Tests.Shared.TestDatabase Database { get; }

    public IAccountStore Accounts => Database.Get<IAccountStore>();

    public ISessionStore Sessions => Database.Get<ISessionStore>();

    public IDeviceStore Devices => Database.Get<IDeviceStore>();

    public IRegistrationTokenStore Tokens => Database.Get<IRegistrationTokenStore>();

    public IProfileStore Profiles => Database.Get<IProfileStore>();

    public async Task<AccountAddition> AddAliceAsync(string? token = null) =>
        await Accounts.TryAddAsync(new NewAccount(new AccountRecord(Alice, "hash", Time.GetUtcNow()), "alice", token), default);

    public async Task<OpenedSession> OpenAsync(DeviceId device, string access, string? refresh = null, DateTimeOffset? expires = null) =>
        (await Sessions.OpenAsync(new NewSession(Alice, device, "first name", Pair(access, refresh, expires), Time.GetUtcNow()), default))!;

    public static TokenPair Pair(string access, string? refresh = null, DateTimeOffset? expires = null) =>
        new(TokenHash.Of(access), expires, refresh is null ? null : TokenHash.Of(refresh), null);

    public void Dispose() => Database.Dispose();
}
