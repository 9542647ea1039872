using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Streams;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.Engine;

public sealed class PostgresGroupCommitTests : IDisposable
{
    readonly TestDatabase _test = new(TestEngine.Postgres);

    PostgresDatabase Database => _test.Get<PostgresDatabase>();

    [Fact]
    public async Task A_failing_job_takes_no_other_of_its_batch_with_it_and_leaves_no_hole()
    {
        var release = await _test.HoldWriterAsync();
        var before = TakePositionAsync("a");
        var failing = Database.WriteAsync(
            async writer =>
            {
                writer.NextPosition(StreamKind.Events);
                await StoreAsync(writer.Session, "failed");
                writer.Notify(new StreamNotice(StreamKind.Events, 99));
                throw new InvalidOperationException("wrong");
            },
            default).AsTask();
        var wrongSql = Database.ExecuteAsync("INSERT INTO rooms (room_id) VALUES ('half')", [], default).AsTask();
        var wrongAtTheEnd = Database.WriteAsync(
            static writer =>
            {
                writer.Session.Defer("INSERT INTO rooms (room_id) VALUES ('half')");
                return Task.CompletedTask;
            },
            default).AsTask();
        var after = TakePositionAsync("b");
        release();

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => wrongSql);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => wrongAtTheEnd);
        Assert.Equal(1, await before);
        Assert.Equal(2, await after);
        Assert.Equal(2, _test.Hub.Current(StreamKind.Events));
        Assert.Equal(["a", "b"], await RoomsAsync());
    }

    [Fact]
    public async Task A_failure_at_the_commit_itself_takes_only_its_own_job()
    {
        var release = await _test.HoldWriterAsync();
        var before = TakePositionAsync("a");
        var failing = Database.WriteAsync(
            static writer =>
            {
                writer.NextPosition(StreamKind.Events);
                writer.Session.Defer("INSERT INTO rooms (room_id) VALUES ('half')");
                return Task.CompletedTask;
            },
            default).AsTask();
        release();

        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => failing);
        Assert.Equal(1, await before);
        Assert.Equal(2, await TakePositionAsync("b"));
        Assert.Equal(["a", "b"], await RoomsAsync());
    }

    [Fact]
    public async Task Jobs_that_wait_share_one_commit()
    {
        var commits = 0;
        using var subscription = _test.Hub.Subscribe(_ => commits++);
        var release = await _test.HoldWriterAsync();
        var jobs = Enumerable.Range(0, 100).Select(i => TakePositionAsync($"{i}")).ToArray();
        release();
        var positions = await Task.WhenAll(jobs);

        Assert.Equal(1, commits);
        Assert.Equal(Enumerable.Range(1, 100).Select(static i => (long)i), positions);
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
        Task<List<string>>? seen = null;
        using var subscription = _test.Hub.Subscribe(_ => seen = RoomsAsync());
        await TakePositionAsync("a");

        Assert.Equal(["a"], await seen!);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        await Database.ExecuteAsync("INSERT INTO migrations (number, name) VALUES (9999, 'future')", [], default);

        Assert.Throws<InvalidDataException>(_test.Reopen);
    }

    [Theory]
    [InlineData("COMMENT ON TABLE migrations IS 'of another program'")]
    [InlineData("DROP TABLE migrations")]
    public async Task A_database_of_another_program_is_refused(string change)
    {
        await Database.ExecuteAsync(change, [], default);

        Assert.Contains("another program", Assert.Throws<InvalidDataException>(_test.Reopen).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_server_is_refused_and_a_command_beside_the_server_is_not()
    {
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => PostgresDatabase.OpenAsync(_test.Address!, new StreamHub()));
        Assert.Contains("Another server", refused.Message, StringComparison.Ordinal);

        await using var beside = await PostgresDatabase.OpenAsync(_test.Address!, new StreamHub(), besideServer: true);
        await beside.WriteAsync(static async writer => await StoreAsync(writer.Session, "a"), default);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await beside.WriteAsync(
            static writer => Task.FromResult(writer.NextPosition(StreamKind.Events)), default));
        Assert.Equal(["a"], await RoomsAsync());
    }

    [Fact]
    public async Task Every_migration_is_applied_once()
    {
        var numbers = await NumbersAsync();
        _test.Reopen();

        Assert.Contains(1, numbers);
        Assert.Equal(numbers, await NumbersAsync());

        async Task<List<long>> NumbersAsync() => await Database.ReadAsync(
            static session => session.QueryAsync("SELECT number FROM migrations ORDER BY number", static row => row.Integer(0)), default);
    }

    public void Dispose() => _test.Dispose();

    async Task<List<string>> RoomsAsync() => await Database.ReadAsync(
        static session => session.QueryAsync("SELECT room_id FROM rooms ORDER BY room_id", static row => row.Text(0)), default);

    Task<long> TakePositionAsync(string room) => Database.WriteAsync(
        async writer =>
        {
            await StoreAsync(writer.Session, room);
            var position = writer.NextPosition(StreamKind.Events);
            writer.Notify(new StreamNotice(StreamKind.Events, position));
            return position;
        },
        default).AsTask();

    static Task<int> StoreAsync(PostgresSession session, string room) => session.ExecuteAsync(
        "INSERT INTO rooms (room_id, version, creator, is_public, forward_extremities, number) SELECT $1, '12', '@a:b', false, '', COUNT(*) FROM rooms", room);
}
