using System.Globalization;
using System.Text;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Maintenance;
using Hybrid.Rooms.Membership;
using Hybrid.Storage.Jobs;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Rooms.Tests.Maintenance;

/// <summary>The whole room engine over a real database that outlives restarts.</summary>
public sealed class RoomServer : IDisposable
{
    readonly SigningKey _key = SigningKey.Generate("1");
    readonly Action<IServiceCollection> _configure;
    readonly string _name;
    ServiceProvider _services;

    public RoomServer(Action<IServiceCollection>? configure = null, string name = "hybrid.test")
    {
        _configure = configure ?? (static _ => { });
        _name = name;
        _services = Build();
    }

    public TestDatabase Test { get; } = new();

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000));

    public RoomJobs Jobs => Get<RoomJobs>();

    public T Get<T>()
        where T : notnull =>
        _services.GetRequiredService<T>();

    public IJobWorker Worker(string kind) => _services.GetServices<IJobWorker>().Single(worker => worker.Kind == kind);

    /// <summary>All that is in memory is gone, as after a kill.</summary>
    public void Restart()
    {
        _services.Dispose();
        Test.Reopen();
        _services = Build();
    }

    /// <summary>A public room of Alice, with others joined.</summary>
    public Task<Room> CreateRoomAsync(params UserId[] members) => CreateRoomAsync("12", members);

    /// <summary>The same in this room version.</summary>
    public async Task<Room> CreateRoomAsync(string version, params UserId[] members)
    {
        var terms = new RoomCreationTerms(Alice, version, RoomPreset.PublicChat) { IsPublic = true, Alias = RoomAlias.Parse("#room:hybrid.test") };
        var roomId = (await Get<RoomCreation>().CreateAsync(terms, default)).Value;
        foreach (var member in members)
            Assert.Null((await Get<MembershipChanges>().JoinAsync(roomId, member, MembershipTerms.None, default)).Error);
        return (await Get<RoomRegistry>().FindAsync(roomId, default))!;
    }

    /// <summary>Says this many things, all in one change; the events.</summary>
    public static async Task<IReadOnlyList<StoredEvent>> SayAsync(Room room, int count = 1) =>
        (await room.ChangeAsync<IReadOnlyList<StoredEvent>>(
            (draft, _) =>
            {
                var said = new List<StoredEvent>();
                for (var i = 0; i < count; i++)
                {
                    var content = $$"""{"msgtype":"m.text","body":"{{i.ToString(CultureInfo.InvariantCulture)}}"}""";
                    said.Add(draft.Add(new EventProposal("m.room.message", Alice, Encoding.UTF8.GetBytes(content))).Value);
                }

                return ValueTask.FromResult<Result<IReadOnlyList<StoredEvent>>>(said);
            },
            default)).Value;

    public static async Task<StoredEvent> SetAsync(Room room, string type, string content) =>
        (await room.ChangeAsync(
            (draft, _) => ValueTask.FromResult(draft.Add(new EventProposal(type, Alice, Encoding.UTF8.GetBytes(content)) { StateKey = "" })), default)).Value;

    /// <summary>Does the steps of a stored job as the background service does, until it is finished.</summary>
    public async Task<Job> FinishAsync(string id)
    {
        var job = (await Test.Jobs.FindAsync(id, default))!;
        while (!job.IsFinished)
        {
            job = await Worker(job.Kind).StepAsync(job, default);
            await Test.Jobs.UpdateAsync(job, default);
        }

        return job;
    }

    public void Dispose()
    {
        _services.Dispose();
        _key.Dispose();
        Test.Dispose();
    }

    ServiceProvider Build()
    {
        var services = Test.AddTo(new ServiceCollection())
            .AddSingleton(Test)
            .AddLogging()
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton(new ServerIdentity(ServerName.Parse(_name), _key))
            .AddSingleton<IMemberProfiles, NoProfiles>()
            .AddRooms()
            .AddSingleton(new RetentionOptions { MaxLifetime = TimeSpan.FromDays(10) })
            .AddRetention();
        _configure(services);
        return services.BuildServiceProvider();
    }

    sealed class NoProfiles : IMemberProfiles
    {
        public ValueTask<MemberProfile> FindAsync(UserId userId, CancellationToken cancellationToken) => new(MemberProfile.None);
    }
}
