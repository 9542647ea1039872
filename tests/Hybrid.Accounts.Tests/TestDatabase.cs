using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Sqlite.Accounts;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Accounts.Tests;

/// <summary>A real database file in a folder of its own, and the account stores on it.</summary>
sealed class TestDatabase : IDisposable
{
    public static readonly UserId Alice = UserId.Parse("@alice:test");
    public static readonly DeviceId Phone = DeviceId.Parse("PHONE");
    public static readonly DeviceId Laptop = DeviceId.Parse("LAPTOP");

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hybrid-accounts-");

    public TestDatabase()
    {
        Database = SqliteDatabase.Open(System.IO.Path.Combine(_folder.FullName, "test.db"), Hub);
        Accounts = new SqliteAccountStore(Database, Time);
        Sessions = new SqliteSessionStore(Database);
        Devices = new SqliteDeviceStore(Database);
        Tokens = new SqliteRegistrationTokenStore(Database);
        Profiles = new SqliteProfileStore(Database);
    }

    public StreamHub Hub { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public SqliteDatabase Database { get; }

    public SqliteAccountStore Accounts { get; }

    public SqliteSessionStore Sessions { get; }

    public SqliteDeviceStore Devices { get; }

    public SqliteRegistrationTokenStore Tokens { get; }

    public SqliteProfileStore Profiles { get; }

    public async Task<AccountAddition> AddAliceAsync(string? token = null) =>
        await Accounts.TryAddAsync(new NewAccount(new AccountRecord(Alice, "hash", Time.GetUtcNow()), "alice", token), default);

    public async Task<OpenedSession> OpenAsync(DeviceId device, string access, string? refresh = null, DateTimeOffset? expires = null) =>
        (await Sessions.OpenAsync(new NewSession(Alice, device, "first name", Pair(access, refresh, expires), Time.GetUtcNow()), default))!;

    public static TokenPair Pair(string access, string? refresh = null, DateTimeOffset? expires = null) =>
        new(TokenHash.Of(access), expires, refresh is null ? null : TokenHash.Of(refresh), null);

    public void Dispose()
    {
        Database.Dispose();
        _folder.Delete(recursive: true);
    }
}
