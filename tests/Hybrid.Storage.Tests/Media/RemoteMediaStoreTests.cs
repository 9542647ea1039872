using Hybrid.Primitives;
using Hybrid.Storage.Media;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.Media;

public sealed class SqliteRemoteMediaStoreTests() : RemoteMediaStoreTests(TestEngine.Sqlite);

public sealed class PostgresRemoteMediaStoreTests() : RemoteMediaStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about media of other servers.</summary>
public abstract class RemoteMediaStoreTests(TestEngine engine) : IDisposable
{
    static readonly UserId Admin = UserId.Parse("@admin:own.test");

    readonly TestDatabase _test = new(engine);

    IRemoteMediaStore Store => _test.Get<IRemoteMediaStore>();

    IMediaStore Local => _test.Get<IMediaStore>();

    [Fact]
    public async Task Content_is_kept_under_its_URI_and_replaced()
    {
        await Store.SetAsync(Key("a"), Content("11", 5), default);
        await Store.SetAsync(Key("a", "other.test"), Content("22", 6), default);
        Assert.Equal(Content("11", 5), await Store.FindAsync(Key("a"), default));
        Assert.Null(await Store.FindAsync(Key("b"), default));

        var newer = Content("33", 9) with { FileName = null, IsPublic = true };
        await Store.SetAsync(Key("a"), newer, default);

        Assert.Equal(newer, await Store.FindAsync(Key("a"), default));
        Assert.Equal(Content("22", 6), await Store.FindAsync(Key("a", "other.test"), default));
        Assert.True(await Local.IsUsedAsync("33", default));
        Assert.False(await Local.IsUsedAsync("11", default));
    }

    [Fact]
    public async Task What_is_withdrawn_says_so_and_stays()
    {
        await Store.SetAsync(Key("a"), Content("11", 5), default);
        await Local.QuarantineAsync(["11"], Admin, 7, default);

        Assert.Equal(Admin, (await Store.FindAsync(Key("a"), default))!.QuarantinedBy);
        Assert.Empty(await Store.TakeUnusedAsync(long.MaxValue, 10, default));
    }

    [Fact]
    public async Task What_nobody_asked_for_since_a_time_is_taken_out_the_longest_unused_first()
    {
        await Store.SetAsync(Key("old"), Content("11", 5), default);
        await Store.SetAsync(Key("older"), Content("22", 4), default);
        await Store.SetAsync(Key("used"), Content("33", 1), default);
        await Store.NoteAsync(new Dictionary<RemoteMediaKey, long> { [Key("used")] = 20, [Key("unknown")] = 30, [Key("old")] = 2 }, default);

        Assert.Equal(["22"], await Store.TakeUnusedAsync(20, 1, default));
        Assert.Equal(["11"], await Store.TakeUnusedAsync(20, 5, default));
        Assert.Empty(await Store.TakeUnusedAsync(20, 5, default));
        Assert.Null(await Store.FindAsync(Key("older"), default));
        Assert.NotNull(await Store.FindAsync(Key("used"), default));
    }

    public void Dispose() => _test.Dispose();

    static RemoteMediaKey Key(string id, string server = "peer.test") => new(ServerName.Parse(server), MediaId.Parse(id));

    static MediaContent Content(string hash, long fetched) => new(hash, 3, "image/png", "ü.png", fetched, false);
}
