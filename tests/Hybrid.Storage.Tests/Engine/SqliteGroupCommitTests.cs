using Hybrid.Primitives;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.Engine;

public sealed class SqliteGroupCommitTests : IDisposable
{
    readonly TestDatabase _test = new(TestEngine.Sqlite);

    SqliteDatabase Database => _test.Get<SqliteDatabase>();

    [Fact]
    public async Task A_failing_job_takes_no_other_of_its_batch_with_it_and_leaves_no_hole()
    {
        using var gate = new ManualResetEventSlim();
        var first = Database.WriteAsync(_ => gate.Wait(), CancellationToken.None).AsTask();
        var before = TakePositionAsync("a");
        var failing = Database.WriteAsync(
            writer =>
            {
                writer.NextPosition(StreamKind.Events);
                Store(writer.Session, "failed");
                writer.Notify(new StreamNotice(StreamKind.Events, 99));
                throw new InvalidOperationException("wrong");
            },
            CancellationToken.None).AsTask();
        var after = TakePositionAsync("b");
        gate.Set();
        await first;

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        Assert.Equal(1, await before);
        Assert.Equal(2, await after);
        Assert.Equal(2, _test.Hub.Current(StreamKind.Events));
        Assert.Equal(["a", "b"], Database.Read(static session =>
            session.Query("SELECT room_id FROM rooms ORDER BY room_id", static row => row.GetString(0))));
    }

    [Fact]
    public async Task Jobs_that_wait_share_one_commit()
    {
        var commits = 0;
        using var subscription = _test.Hub.Subscribe(_ => commits++);
        using var gate = new ManualResetEventSlim();
        var blocking = Database.WriteAsync(_ => gate.Wait(), CancellationToken.None).AsTask();
        var jobs = Enumerable.Range(0, 100).Select(i => TakePositionAsync($"{i}")).ToArray();
        gate.Set();
        await blocking;
        await Task.WhenAll(jobs);

        Assert.Equal(1, commits);
        Assert.Equal(Enumerable.Range(1, 100).Select(static i => (long)i), jobs.Select(static job => job.Result));
    }

    [Fact]
    public async Task Positions_go_on_where_they_were_after_reopening()
    {
        await TakePositionAsync("a");
        await TakePositionAsync("b");
        _test.Reopen();

        Assert.Equal(2, _test.Hub.Current(StreamKind.Events));
        Assert.Equal(3, await TakePositionAsync("c"));
    }

    [Fact]
    public async Task Notices_are_published_after_their_rows_can_be_read()
    {
        string? seen = null;
        using var subscription = _test.Hub.Subscribe(_ => seen = Database.Read(static session => session.QueryText("SELECT room_id FROM rooms")));
        await TakePositionAsync("a");

        Assert.Equal("a", seen);
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_refused()
    {
        await Database.WriteAsync(
            static writer => { writer.Session.Execute("INSERT INTO migrations (number, name) VALUES (9999, 'future')"); }, CancellationToken.None);

        Assert.Throws<InvalidDataException>(_test.Reopen);
    }

    [Fact]
    public async Task A_file_of_another_program_is_refused()
    {
        await Database.WriteAsync(static writer => { writer.Session.Execute("PRAGMA user_version = 7"); }, CancellationToken.None);
        Database.Dispose();
        var bytes = await File.ReadAllBytesAsync(_test.File);
        bytes[68] ^= 0xff;
        await File.WriteAllBytesAsync(_test.File, bytes);

        Assert.Throws<InvalidDataException>(_test.Reopen);
    }

    [Fact]
    public void Every_migration_is_applied_once()
    {
        var numbers = Numbers();
        _test.Reopen();

        Assert.Contains(1, numbers);
        Assert.Equal(numbers, Numbers());

        List<long> Numbers() => Database.Read(static session => session.Query("SELECT number FROM migrations ORDER BY number", static row => row.GetInt64(0)));
    }

    public void Dispose() => _test.Dispose();

    Task<long> TakePositionAsync(string room) => Database.WriteAsync(
        writer =>
        {
            Store(writer.Session, room);
            var position = writer.NextPosition(StreamKind.Events);
            writer.Notify(new StreamNotice(StreamKind.Events, position));
            return position;
        },
        CancellationToken.None).AsTask();

    static void Store(SqliteSession session, string room) => session.Execute(
        "INSERT INTO rooms (room_id, version, creator, is_public, forward_extremities) VALUES (?1, '12', '@a:b', 0, '')", room);
}
