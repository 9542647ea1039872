using Hybrid.Primitives;
using Hybrid.Rooms.Maintenance;
using Hybrid.Rooms.State;
using Hybrid.Storage.Jobs;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Rooms.Tests.Maintenance;

public sealed class HistoryPurgesTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Sends_go_through_while_a_purge_of_many_events_is_under_way()
    {
        SteppingRemovals? removals = null;
        using var server = new RoomServer(services => services.AddSingleton<IRoomRemovalStore>(
            provider => removals ??= new SteppingRemovals(provider.GetRequiredService<TestDatabase>().Removals)));
        var room = await server.CreateRoomAsync();
        var old = await RoomServer.SayAsync(room, 900);
        var kept = (await RoomServer.SayAsync(room))[0];
        var job = await server.Jobs.ScheduleAsync(
            HistoryPurges.JobKind, room.RoomId, HistoryPurges.Arguments(kept.Position, keepLocal: false), default);

        // Inside each step, the one moment at which a purge could hold anything: a send has to be acknowledged before it goes on.
        var sent = new List<StoredEvent>();
        server.Get<IRoomRemovalStore>();
        removals!.DuringStep = async () => sent.AddRange(await RoomServer.SayAsync(room).WaitAsync(Patience));
        var done = await server.FinishAsync(job.Id);

        Assert.Equal(JobStatus.Complete, done.Status);
        Assert.Equal(done.Total, done.Progress);
        Assert.All(removals.Steps, static step => Assert.InRange(step.Examined, 0, 200));
        Assert.True(sent.Count >= 5, $"only {sent.Count} sends");
        Assert.Equal(900, removals.Steps.Sum(static step => step.Purged.Count));
        Assert.Empty(await server.Test.Rooms.FindEventsAsync([.. old.Select(static stored => stored.EventId)], default));
        Assert.Equal(
            [kept.EventId, .. sent.Select(static stored => stored.EventId)],
            room.Current.Recent.Where(static stored => !stored.IsState).Select(static stored => stored.EventId));
    }

    [Fact]
    public async Task Memory_has_no_purged_event_and_the_room_goes_on()
    {
        using var server = new RoomServer();
        var room = await server.CreateRoomAsync(Bob);
        await RoomServer.SetAsync(room, "m.room.name", """{"name":"one"}""");
        var name = await RoomServer.SetAsync(room, "m.room.name", """{"name":"two"}""");
        var old = await RoomServer.SayAsync(room, 3);
        var kept = (await RoomServer.SayAsync(room))[0];
        var before = room.Current.State;

        await PurgeAsync(server, room, kept.Position);

        Assert.DoesNotContain(room.Current.Recent, stored => old.Contains(stored));
        Assert.Equal(before.ToDictionary(static entry => entry.Key, static entry => entry.Value.EventId), room.Current.State.ToDictionary(static entry => entry.Key, static entry => entry.Value.EventId));
        await RoomServer.SayAsync(room);
        server.Restart();
        var loaded = (await server.Get<RoomRegistry>().FindAsync(room.RoomId, default))!;
        Assert.Equal(room.Current.Recent.Select(static stored => stored.EventId), loaded.Current.Recent.Select(static stored => stored.EventId));
        Assert.Equal(room.Current.StateRoot, loaded.Current.StateRoot);
        Assert.Equal(name.EventId, loaded.Current.Find("m.room.name")?.EventId);
    }

    [Fact]
    public async Task At_every_moment_of_a_purge_the_state_at_each_event_that_is_left_can_be_read()
    {
        using var server = new RoomServer();
        var room = await server.CreateRoomAsync();
        for (var i = 0; i < 12; i++)
        {
            await RoomServer.SetAsync(room, "m.room.name", $$"""{"name":"{{i}}"}""");
            await RoomServer.SayAsync(room);
        }

        var kept = (await RoomServer.SayAsync(room))[0];
        var purge = new HistoryPurge(room.RoomId, kept.Position);
        var states = server.Get<RoomStates>();
        for (PurgeStep? step = null; step is null or { Next: not null };)
        {
            step = await server.Test.Removals.PurgeAsync(purge with { From = step?.Next }, 2, default);
            var left = await server.Test.Rooms.ReadTimelineAsync(new TimelineQuery(room.RoomId, 0, null, false, 1000), default);
            foreach (var stored in left.Events)
                Assert.NotEmpty(await states.ReadAfterAsync(room.Current, stored, default));
            var rows = await states.FindAsync(room.Current.Room, left.Events.Select(static stored => stored.StateBefore), [new("m.room.name", "")], default);
            Assert.NotEmpty(rows);
        }

        Assert.Equal(kept.EventId, (await server.Test.Rooms.FindEventAsync(kept.EventId, default))!.EventId);
    }

    [Fact]
    public async Task State_nodes_that_only_purged_events_led_to_are_set_apart_and_no_others()
    {
        using var server = new RoomServer();
        var room = await server.CreateRoomAsync();
        for (var i = 0; i < 12; i++)
            await RoomServer.SetAsync(room, "m.room.name", $$"""{"name":"{{i}}"}""");
        await RoomServer.SayAsync(room);
        var kept = (await RoomServer.SayAsync(room))[0];
        Assert.Equal(0, await server.Test.ReadIntegerAsync("SELECT COUNT(*) FROM state_nodes WHERE quarantined_ts IS NOT NULL"));

        await PurgeAsync(server, room, kept.Position);

        Assert.NotEqual(0, await server.Test.ReadIntegerAsync("SELECT COUNT(*) FROM state_nodes WHERE quarantined_ts IS NOT NULL"));
        var reach = await new StateWalk(server.Test.States).FollowAsync(room.RoomId, room.Current.Room.Number, default);
        var apart = await server.Test.States.ReadNodeListAsync(room.Current.Room.Number, null, 1000, default);
        Assert.DoesNotContain(apart, node => node.IsQuarantined && reach.Nodes.Contains(node.Hash));
        Assert.Equal(reach.Nodes.Count, apart.Count(static node => !node.IsQuarantined));
    }

    [Fact]
    public async Task A_damaged_state_map_keeps_its_nodes_and_does_not_keep_the_purge_from_its_end()
    {
        using var server = new RoomServer();
        var room = await server.CreateRoomAsync();
        for (var i = 0; i < 12; i++)
            await RoomServer.SetAsync(room, "m.room.name", $$"""{"name":"{{i}}"}""");
        await RoomServer.SayAsync(room);
        var kept = (await RoomServer.SayAsync(room))[0];
        await server.Test.ChangeAsync("UPDATE state_nodes SET bytes = hash");
        var nodes = await server.Test.ReadIntegerAsync("SELECT COUNT(*) FROM state_nodes");

        // It says itself that the job is complete.
        await PurgeAsync(server, room, kept.Position);

        Assert.Equal(0, await server.Test.ReadIntegerAsync("SELECT COUNT(*) FROM state_nodes WHERE quarantined_ts IS NOT NULL"));
        Assert.Equal(nodes, await server.Test.ReadIntegerAsync("SELECT COUNT(*) FROM state_nodes"));
        Assert.False(await server.Test.Removals.HasMessagesAsync(room.RoomId, kept.Position, default));
    }

    [Fact]
    public async Task A_purge_goes_on_after_a_restart()
    {
        using var server = new RoomServer();
        var room = await server.CreateRoomAsync();
        await RoomServer.SayAsync(room, 450);
        var kept = (await RoomServer.SayAsync(room))[0];
        var job = await server.Jobs.ScheduleAsync(
            HistoryPurges.JobKind, room.RoomId, HistoryPurges.Arguments(kept.Position, keepLocal: false), default);
        var first = await server.Worker(HistoryPurges.JobKind).StepAsync(job, default);
        await server.Test.Jobs.UpdateAsync(first, default);
        Assert.Equal((JobStatus.Active, 200), (first.Status, first.Progress));

        server.Restart();
        await server.Jobs.StartAsync(default);
        var done = await WaitAsync(server, job.Id);
        await server.Jobs.StopAsync(default);

        Assert.Equal((JobStatus.Complete, first.Total), (done.Status, done.Progress));
        Assert.False(await server.Test.Removals.HasMessagesAsync(room.RoomId, kept.Position, default));
    }

    [Fact]
    public async Task A_purge_of_an_unknown_room_fails_and_says_why()
    {
        using var server = new RoomServer();
        var job = await server.Jobs.ScheduleAsync(
            HistoryPurges.JobKind, RoomId.Parse("!none:hybrid.test"), HistoryPurges.Arguments(5, keepLocal: false), default);

        var done = await server.FinishAsync(job.Id);

        Assert.Equal(JobStatus.Failed, done.Status);
        Assert.NotNull(done.Error);
    }

    [Fact]
    public async Task A_job_that_keeps_failing_is_given_up_and_the_next_is_done()
    {
        var broken = new FailingWorker();
        using var server = new RoomServer(services => services.AddSingleton<IJobWorker>(broken));
        var room = await server.CreateRoomAsync();
        var failing = await server.Jobs.ScheduleAsync(broken.Kind, room.RoomId, "{}", default);
        var next = await server.Jobs.ScheduleAsync(
            HistoryPurges.JobKind, room.RoomId, HistoryPurges.Arguments(long.MaxValue, keepLocal: false), default);
        await server.Jobs.StartAsync(default);

        var done = await WaitAsync(server, next.Id);
        await server.Jobs.StopAsync(default);

        Assert.Equal(JobStatus.Complete, done.Status);
        var failed = (await server.Test.Jobs.FindAsync(failing.Id, default))!;
        Assert.Equal((JobStatus.Failed, "always"), (failed.Status, failed.Error));
        Assert.True(broken.Attempts > 1);
    }

    [Fact]
    public async Task What_is_older_than_the_room_or_the_server_allows_is_purged_and_nothing_else()
    {
        using var server = new RoomServer();
        var room = await server.CreateRoomAsync();
        await RoomServer.SetAsync(room, "m.room.retention", """{"max_lifetime":86400000}""");
        var old = (await RoomServer.SayAsync(room))[0];
        server.Time.Advance(TimeSpan.FromHours(23));
        var young = (await RoomServer.SayAsync(room))[0];
        await RoomServer.SayAsync(room);

        Assert.Empty(await ApplyRetentionAsync(server, room));
        server.Time.Advance(TimeSpan.FromHours(2));
        await server.FinishAsync(Assert.Single(await ApplyRetentionAsync(server, room)).Id);
        Assert.Null(await server.Test.Rooms.FindEventAsync(old.EventId, default));
        Assert.NotNull(await server.Test.Rooms.FindEventAsync(young.EventId, default));
        Assert.Single(await ApplyRetentionAsync(server, room));

        // Longer than the server's ten days: those count.
        await RoomServer.SetAsync(room, "m.room.retention", """{"max_lifetime":31536000000}""");
        server.Time.Advance(TimeSpan.FromDays(9));
        Assert.Single(await ApplyRetentionAsync(server, room));
        server.Time.Advance(TimeSpan.FromDays(2));
        await server.FinishAsync((await ApplyRetentionAsync(server, room))[^1].Id);
        Assert.Null(await server.Test.Rooms.FindEventAsync(young.EventId, default));

        // The latest event stays for ever, and is no reason for a purge every hour.
        server.Time.Advance(TimeSpan.FromDays(100));
        Assert.Equal(2, (await ApplyRetentionAsync(server, room)).Count);
    }

    static async Task<IReadOnlyList<Job>> ApplyRetentionAsync(RoomServer server, Room room)
    {
        await server.Get<Retention>().ApplyAsync(default);
        return await server.Test.Jobs.ReadByRoomAsync(room.RoomId, HistoryPurges.JobKind, default);
    }

    static async Task PurgeAsync(RoomServer server, Room room, long before)
    {
        var job = await server.Jobs.ScheduleAsync(HistoryPurges.JobKind, room.RoomId, HistoryPurges.Arguments(before, keepLocal: false), default);
        Assert.Equal(JobStatus.Complete, (await server.FinishAsync(job.Id)).Status);
    }

    /// <summary>Asks until the job is finished, with time passing.</summary>
    static async Task<Job> WaitAsync(RoomServer server, string id)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (true)
        {
            var job = (await server.Test.Jobs.FindAsync(id, default))!;
            if (job.IsFinished)
                return job;

            server.Time.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(5, deadline.Token);
        }
    }

    sealed class FailingWorker : IJobWorker
    {
        public string Kind => "broken";

        public int Attempts { get; private set; }

        public ValueTask<Job> StepAsync(Job job, CancellationToken cancellationToken)
        {
            Attempts++;
            throw new InvalidOperationException("always");
        }
    }

    /// <summary>The real store, with something to do in the middle of each step of a purge.</summary>
    sealed class SteppingRemovals(IRoomRemovalStore store) : IRoomRemovalStore
    {
        public Func<Task> DuringStep { get; set; } = static () => Task.CompletedTask;

        public List<PurgeStep> Steps { get; } = [];

        public async ValueTask<PurgeStep> PurgeAsync(HistoryPurge purge, int limit, CancellationToken cancellationToken)
        {
            var step = await store.PurgeAsync(purge, limit, cancellationToken);
            Steps.Add(step);
            await DuringStep();
            return step;
        }

        public ValueTask<long> CountEventsAsync(RoomId roomId, long before, CancellationToken cancellationToken) =>
            store.CountEventsAsync(roomId, before, cancellationToken);

        public ValueTask<long?> FindPositionAtAsync(RoomId roomId, long timestamp, long until, CancellationToken cancellationToken) =>
            store.FindPositionAtAsync(roomId, timestamp, until, cancellationToken);

        public ValueTask<bool> HasMessagesAsync(RoomId roomId, long before, CancellationToken cancellationToken) =>
            store.HasMessagesAsync(roomId, before, cancellationToken);

        public ValueTask MarkDeletedAsync(RoomId roomId, CancellationToken cancellationToken) => store.MarkDeletedAsync(roomId, cancellationToken);

        public ValueTask<RemovalStep> RemoveRowsAsync(RoomId roomId, int limit, CancellationToken cancellationToken) =>
            store.RemoveRowsAsync(roomId, limit, cancellationToken);
    }
}
