using Hybrid.Primitives;
using Hybrid.Storage.Reports;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.Reports;

public sealed class SqliteReportStoreTests() : ReportStoreTests(TestEngine.Sqlite);

public sealed class PostgresReportStoreTests() : ReportStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about reports.</summary>
public abstract class ReportStoreTests(TestEngine engine) : IDisposable
{
    static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    static readonly UserId Bob = UserId.Parse("@bob:hybrid.test");
    static readonly RoomId Room = RoomId.Parse("!room:hybrid.test");
    static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    readonly TestDatabase _test = new(engine);

    IReportStore Store => _test.Get<IReportStore>();

    [Fact]
    public async Task A_report_is_found_with_all_that_was_said_after_reopening()
    {
        var report = new Report(ReportKind.Event, Alice, Start) { RoomId = Room, EventId = EventId.Parse("$e"), Subject = Bob, Reason = "spam", Score = -50 };
        await Store.AddAsync(report, default);
        _test.Reopen();

        var found = Assert.Single((await Store.ReadAsync(new ReportQuery(ReportKind.Event, 0, 10, false), default)).Reports);
        Assert.Equal(report with { Id = found.Id }, found);
        Assert.Equal(found, await Store.FindAsync(ReportKind.Event, found.Id, default));
        Assert.Null(await Store.FindAsync(ReportKind.Room, found.Id, default));
    }

    [Fact]
    public async Task Reports_are_paged_both_ways_and_filtered()
    {
        foreach (var (reporter, reason) in ((UserId, string)[])[(Alice, "1"), (Bob, "2"), (Alice, "3")])
            await Store.AddAsync(new Report(ReportKind.Room, reporter, Start) { RoomId = Room, Reason = reason }, default);
        await Store.AddAsync(new Report(ReportKind.User, Alice, Start) { Subject = Bob, Reason = "4" }, default);

        Assert.Equal(["3", "2"], await ReasonsAsync(new ReportQuery(ReportKind.Room, 0, 2, false), 3));
        Assert.Equal(["1"], await ReasonsAsync(new ReportQuery(ReportKind.Room, 2, 2, false), 3));
        Assert.Equal(["1", "2"], await ReasonsAsync(new ReportQuery(ReportKind.Room, 0, 2, true), 3));
        Assert.Equal(["3", "1"], await ReasonsAsync(new ReportQuery(ReportKind.Room, 0, 9, false) { Reporter = Alice, RoomId = Room }, 2));
        Assert.Equal(["4"], await ReasonsAsync(new ReportQuery(ReportKind.User, 0, 9, false) { Subject = Bob }, 1));
        Assert.Empty(await ReasonsAsync(new ReportQuery(ReportKind.User, 0, 9, false) { Subject = Alice }, 0));
    }

    [Fact]
    public async Task A_report_is_deleted_once()
    {
        await Store.AddAsync(new Report(ReportKind.User, Alice, Start) { Subject = Bob }, default);
        var id = (await Store.ReadAsync(new ReportQuery(ReportKind.User, 0, 1, false), default)).Reports.Single().Id;

        Assert.False(await Store.RemoveAsync(ReportKind.Room, id, default));
        Assert.True(await Store.RemoveAsync(ReportKind.User, id, default));
        Assert.False(await Store.RemoveAsync(ReportKind.User, id, default));
    }

    [Fact]
    public async Task Who_reports_too_much_pushes_out_nobody_elses_reports()
    {
        await Store.AddAsync(new Report(ReportKind.User, Bob, Start) { Subject = Alice, Reason = "kept" }, default);
        await Task.WhenAll(Enumerable.Range(0, IReportStore.MaxPerReporter + 5).Select(
            number => Store.AddAsync(new Report(ReportKind.User, Alice, Start) { Subject = Bob }, default).AsTask()));

        Assert.Equal(IReportStore.MaxPerReporter, (await Store.ReadAsync(new ReportQuery(ReportKind.User, 0, 1, false) { Reporter = Alice }, default)).Total);
        Assert.Equal(["kept"], await ReasonsAsync(new ReportQuery(ReportKind.User, 0, 9, false) { Reporter = Bob }, 1));
    }

    public void Dispose() => _test.Dispose();

    async Task<IEnumerable<string?>> ReasonsAsync(ReportQuery query, long total)
    {
        var page = await Store.ReadAsync(query, default);
        Assert.Equal(total, page.Total);
        return page.Reports.Select(static report => report.Reason);
    }
}
