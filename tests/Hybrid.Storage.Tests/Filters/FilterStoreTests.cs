using System.Text;
using Hybrid.Primitives;
using Hybrid.Storage.Filters;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.Filters;

public sealed class SqliteFilterStoreTests() : FilterStoreTests(TestEngine.Sqlite);

public sealed class PostgresFilterStoreTests() : FilterStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about filters.</summary>
public abstract class FilterStoreTests(TestEngine engine) : IDisposable
{
    static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    static readonly UserId Bob = UserId.Parse("@bob:hybrid.test");

    readonly TestDatabase _test = new(engine);

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task Equal_filters_have_one_ID_and_the_oldest_go_when_there_are_too_many()
    {
        var first = await AddAsync(Alice, "1");
        Assert.Equal(first, await AddAsync(Alice, "1"));
        var of = await AddAsync(Bob, "1");
        for (var i = 2; i <= 3; i++)
            await AddAsync(Alice, $"{i}");
        Assert.NotNull(await FindAsync(Alice, first));

        var last = await AddAsync(Alice, "4");

        Assert.Null(await FindAsync(Alice, first));
        Assert.Equal("4", await FindAsync(Alice, last));
        Assert.Equal("1", await FindAsync(Bob, of));
        Assert.Equal(3, await _test.ReadIntegerAsync($"SELECT count(*) FROM filters WHERE user_id = '{Alice}'"));
        Assert.NotEqual(first, await AddAsync(Alice, "1"));
    }

    Task<string> AddAsync(UserId user, string definition) =>
        _test.Get<IFilterStore>().AddAsync(user, Encoding.UTF8.GetBytes(definition), 3, default).AsTask();

    async Task<string?> FindAsync(UserId user, string filterId) =>
        await _test.Get<IFilterStore>().FindAsync(user, filterId, default) is { } definition ? Encoding.UTF8.GetString(definition.Span) : null;
}
