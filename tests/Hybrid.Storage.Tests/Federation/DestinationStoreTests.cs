using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.Federation;

public sealed class SqliteDestinationStoreTests() : DestinationStoreTests(TestEngine.Sqlite);

public sealed class PostgresDestinationStoreTests() : DestinationStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about servers that fail.</summary>
public abstract class DestinationStoreTests(TestEngine engine) : IDisposable
{
    static readonly FailingDestination First = new(ServerName.Parse("first.test"), 1000, 2000, 30_000);
    static readonly FailingDestination Second = new(ServerName.Parse("second.test"), 1500, 1500, 60_000);

    readonly TestDatabase _test = new(engine);

    IDestinationStore Store => _test.Get<IDestinationStore>();

    [Fact]
    public async Task Failing_servers_are_remembered_as_they_were_last()
    {
        await Store.SetFailingAsync(Second, default);
        await Store.SetFailingAsync(First, default);
        await Store.SetFailingAsync(Second with { LastTriedTs = 9000, RetryIntervalMs = 120_000 }, default);
        _test.Reopen();

        Assert.Equal([First, Second with { LastTriedTs = 9000, RetryIntervalMs = 120_000 }], await Store.ReadFailingAsync(default));
    }

    [Fact]
    public async Task Those_that_work_again_are_forgotten()
    {
        await Store.SetFailingAsync(First, default);
        await Store.SetFailingAsync(Second, default);
        await Store.RemoveFailingAsync([First.Server, ServerName.Parse("other.test")], default);

        Assert.Equal([Second], await Store.ReadFailingAsync(default));
    }

    public void Dispose() => _test.Dispose();
}
