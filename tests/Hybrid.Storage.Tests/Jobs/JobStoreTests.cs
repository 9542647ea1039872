using Hybrid.Primitives;
using Hybrid.Storage.Jobs;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.Jobs;

public sealed class SqliteJobStoreTests() : JobStoreTests(TestEngine.Sqlite);

public sealed class PostgresJobStoreTests() : JobStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about jobs.</summary>
public abstract class JobStoreTests(TestEngine engine) : IDisposable
{
    static readonly RoomId Room = RoomId.Parse("!room:hybrid.test");
    static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    readonly TestDatabase _test = new(engine);

    [Fact]
    public async Task A_job_is_found_with_all_that_is_known_of_it_after_reopening()
    {
        var job = new Job("one", "purge_history", Room, """{"before":7}""", Start) { Total = 20 };
        await _test.Jobs.AddAsync(job, default);
        var later = job with
        {
            Status = JobStatus.Failed,
            Progress = 3,
            Total = 21,
            Checkpoint = """{"from":4}""",
            Error = "no",
            UpdatedAt = Start.AddMinutes(1),
        };
        await _test.Jobs.UpdateAsync(later, default);
        _test.Reopen();

        Assert.Equal(later, await _test.Jobs.FindAsync("one", default));
        Assert.Null(await _test.Jobs.FindAsync("two", default));
    }

    [Fact]
    public async Task The_oldest_unfinished_job_is_next()
    {
        foreach (var id in (string[])["one", "two", "three"])
            await _test.Jobs.AddAsync(new Job(id, "kind", null, "{}", Start), default);

        Assert.Equal("one", (await _test.Jobs.FindNextAsync(default))?.Id);
        await UpdateAsync("one", JobStatus.Complete);
        await UpdateAsync("two", JobStatus.Active);
        Assert.Equal("two", (await _test.Jobs.FindNextAsync(default))?.Id);
        await UpdateAsync("two", JobStatus.Failed);
        await UpdateAsync("three", JobStatus.Complete);
        Assert.Null(await _test.Jobs.FindNextAsync(default));
    }

    [Fact]
    public async Task Jobs_are_listed_by_room_and_kind_oldest_first()
    {
        await _test.Jobs.AddAsync(new Job("b", "kind", Room, "{}", Start), default);
        await _test.Jobs.AddAsync(new Job("a", "kind", Room, "{}", Start), default);
        await _test.Jobs.AddAsync(new Job("c", "other", Room, "{}", Start), default);
        await _test.Jobs.AddAsync(new Job("d", "kind", RoomId.Parse("!else:hybrid.test"), "{}", Start), default);

        Assert.Equal(["b", "a"], (await _test.Jobs.ReadByRoomAsync(Room, "kind", default)).Select(static job => job.Id));
    }

    [Fact]
    public async Task Only_finished_jobs_grow_old()
    {
        foreach (var id in (string[])["done", "young", "waiting"])
            await _test.Jobs.AddAsync(new Job(id, "kind", null, "{}", Start), default);
        await UpdateAsync("done", JobStatus.Complete);
        await UpdateAsync("young", JobStatus.Failed, Start.AddDays(2));

        await _test.Jobs.RemoveFinishedAsync(Start.AddDays(1), default);

        Assert.Null(await _test.Jobs.FindAsync("done", default));
        Assert.NotNull(await _test.Jobs.FindAsync("young", default));
        Assert.NotNull(await _test.Jobs.FindAsync("waiting", default));
    }

    public void Dispose() => _test.Dispose();

    async Task UpdateAsync(string id, JobStatus status, DateTimeOffset? at = null) =>
        await _test.Jobs.UpdateAsync((await _test.Jobs.FindAsync(id, default))! with { Status = status, UpdatedAt = at ?? Start }, default);
}
