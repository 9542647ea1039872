using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Postgres.Rooms;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Streams;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Engine;

/// <summary>What is left when the database goes away and comes back.</summary>
public sealed class PostgresOutageTests : IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly StreamHub _hub = new();
    PostgresCluster _cluster = null!;
    PostgresAddress _address = null!;
    PostgresDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _cluster = await PostgresCluster.StartNewAsync();
        _address = await _cluster.CreateDatabaseAsync();
        _database = await PostgresDatabase.OpenAsync(_address, _hub);
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        _cluster.Dispose();
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("immediate")]
    public async Task A_server_that_goes_away_under_load_comes_back_with_all_that_was_acknowledged(string mode)
    {
        var published = new List<long>();
        using var subscription = _hub.Subscribe(notices => published.AddRange(notices.ToArray().Select(static notice => notice.Position)));
        using var ending = new CancellationTokenSource();
        var senders = new List<Sender>();
        for (var i = 0; i < 16; i++)
            senders.Add(new Sender(await new TestRoom(new PostgresRoomStore(_database), $"r{i}").CreateAsync()));
        var sending = senders.ConvertAll(sender => sender.RunAsync(ending.Token));

        for (var round = 0; round < 3; round++)
        {
            await senders[0].MoreAsync(50);
            await _cluster.StopAsync(mode);
            await senders[0].FailureAsync();
            await _cluster.StartAsync();
            var back = System.Diagnostics.Stopwatch.StartNew();
            await senders[0].MoreAsync(1);
            Assert.InRange(back.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        }

        await ending.CancelAsync();
        await Task.WhenAll(sending);

        Assert.All(senders, static sender => Assert.All(sender.Failures, static failure => Assert.IsType<StoreUnavailableException>(failure)));
        await AssertWholeAsync(senders, published);
        await _database.DisposeAsync();
        _database = await PostgresDatabase.OpenAsync(_address, new StreamHub());
        await AssertWholeAsync(senders, published);
    }

    [Fact]
    public async Task A_writer_that_is_cut_off_between_commits_goes_on_without_an_error()
    {
        var room = await new TestRoom(new PostgresRoomStore(_database)).CreateAsync();
        await _cluster.ExecuteAsync("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'hybrid-%'");

        Assert.Equal(3, (await room.SayAsync(Alice)).Position);
        Assert.Equal(3, (await new PostgresRoomStore(_database).ReadLogAsync(0, 10, default)).Count);
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_published_when_the_database_is_back()
    {
        var store = new PostgresRoomStore(_database);
        var room = await new TestRoom(store).CreateAsync();
        var published = new TaskCompletionSource();
        using var subscription = _hub.Subscribe(_ => Volatile.Read(ref published).TrySetResult());

        // The connection dies inside COMMIT, after the point of no return: a standby that never answers keeps it waiting there. The
        // database takes the setting over in its own time; commits before that go through.
        await _cluster.ExecuteAsync("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        await _cluster.ExecuteAsync("postgres", "SELECT pg_reload_conf()");
        StoredEvent said;
        TaskCompletionSource committed;
        Task sending;
        var before = 1;
        do
        {
            before++;
            said = room.Build("m.room.message", "{}", Alice, null);
            committed = new TaskCompletionSource();
            Volatile.Write(ref published, new TaskCompletionSource());
            sending = room.AppendAsync(new RoomAppend(room.RoomId, [said], [said.EventId]) { Committed = committed.SetResult });
        }
        while (!await WaitsForStandbyAsync(sending));
        await _cluster.ExecuteAsync("postgres", "ALTER SYSTEM RESET synchronous_standby_names");
        await _cluster.StopAsync("immediate");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => sending.WaitAsync(Patience));
        Assert.False(committed.Task.IsCompleted);

        await _cluster.StartAsync();
        await committed.Task.WaitAsync(Patience);
        await published.Task.WaitAsync(Patience);
        Assert.Equal(before + 1, _hub.Current(StreamKind.Events));
        Assert.Equal(said.EventId, (await store.FindEventAsync(said.EventId, default))?.EventId);
        Assert.Equal(before + 2, (await room.SayAsync(Alice)).Position);
    }

    [Fact]
    public async Task What_was_drafted_before_a_lost_commit_turned_out_to_be_made_is_refused()
    {
        var room = await new TestRoom(new PostgresRoomStore(_database)).CreateAsync();
        var stale = room.Build("m.room.message", "{}", Alice, null);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => room.AppendAsync(
            new RoomAppend(room.RoomId, [stale], [stale.EventId]) { StillApplies = static () => false }));
        Assert.Equal(2, _hub.Current(StreamKind.Events));
    }

    [Fact]
    public async Task Nothing_is_written_after_another_server_wrote()
    {
        var room = await new TestRoom(new PostgresRoomStore(_database)).CreateAsync();
        await _cluster.ExecuteAsync(_address.Database, "UPDATE last_commit SET mark = 'of another'");
        await _cluster.ExecuteAsync("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'hybrid-writer%'");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => room.SayAsync(Alice));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => room.SayAsync(Alice));
        Assert.Equal(2, (await new PostgresRoomStore(_database).ReadLogAsync(0, 10, default)).Count);
    }

    /// <summary>Whether the send hangs in its commit; false when it was acknowledged.</summary>
    async Task<bool> WaitsForStandbyAsync(Task sending)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!sending.IsCompleted)
        {
            const string Waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
            if (await _database.ReadAsync(session => session.QueryIntegerAsync(Waiting), patience.Token) > 0)
                return true;
        }

        await sending;
        return false;
    }

    async Task AssertWholeAsync(List<Sender> senders, List<long> published)
    {
        var log = await new PostgresRoomStore(_database).ReadLogAsync(0, 1_000_000, default);
        Assert.Equal(Enumerable.Range(1, log.Count).Select(static i => (long)i), log.Select(static entry => entry.Position));
        Assert.Equal(log.Select(static entry => entry.Position), published);
        var stored = log.ToDictionary(static entry => entry.EventId, static entry => entry.Position);
        Assert.All(senders.SelectMany(static sender => sender.Acknowledged), said => Assert.Equal(said.Position, stored[said.EventId]));
    }

    /// <summary>Says one thing after the other, whatever comes of it.</summary>
    sealed class Sender(TestRoom room)
    {
        TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<StoredEvent> Acknowledged { get; } = [];

        public List<Exception> Failures { get; } = [];

        public async Task RunAsync(CancellationToken ending)
        {
            while (!ending.IsCancellationRequested)
            {
                try
                {
                    Acknowledged.Add(await room.SayAsync(Alice));
                }
                catch (Exception exception)
                {
                    Failures.Add(exception);
                    // As clients do: while the database is away, errors come at once.
                    await Task.Delay(10, CancellationToken.None);
                }

                Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            }
        }

        public Task MoreAsync(int count) => ReachAsync(() => Acknowledged.Count, Acknowledged.Count + count);

        public Task FailureAsync() => ReachAsync(() => Failures.Count, Failures.Count + 1);

        async Task ReachAsync(Func<int> count, int wanted)
        {
            while (true)
            {
                var changed = Volatile.Read(ref _changed).Task;
                if (count() >= wanted)
                    return;
                await changed.WaitAsync(Patience);
            }
        }
    }
}
