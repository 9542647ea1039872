using System.Text;
using System.Text.Json;
using Hybrid.Federation;
using Hybrid.Federation.Outbound;
using Hybrid.Federation.Requests;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Outbound.Tests;

/// <summary>The room engine and the sender over a real database, with peers that follow a script, in virtual time.</summary>
public sealed class SendingServer : IAsyncDisposable
{
    public static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    public static readonly UserId Bob = UserId.Parse("@bob:hybrid.test");

    /// <summary>Ends a test that waits for what never comes.</summary>
    static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    readonly SigningKey _key = SigningKey.Generate("1");
    readonly Action<IServiceCollection> _configure;
    ServiceProvider _services;
    List<IHostedService> _running = [];

    public SendingServer(Action<IServiceCollection>? configure = null)
    {
        _configure = configure ?? (static _ => { });
        _services = Build();
    }

    public TestDatabase Test { get; } = new();

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000));

    public TestPeers Peers => Get<TestPeers>();

    public FederationSender Sender => Get<FederationSender>();

    public IOutboundStore Store => Get<IOutboundStore>();

    public T Get<T>()
        where T : notnull =>
        _services.GetRequiredService<T>();

    public async Task StartAsync()
    {
        _running = [.. _services.GetServices<IHostedService>()];
        foreach (var service in _running)
            await service.StartAsync(default);

        // Where it begins to read is settled.
        await UntilAsync(async () => await Store.ReadPositionAsync(default) is not null);
    }

    public async Task StopAsync()
    {
        foreach (var service in Enumerable.Reverse(_running))
            await service.StopAsync(default);
        _running = [];
    }

    /// <summary>All that is in memory is gone. What a stop does is done before if <see cref="StopAsync"/> was called; if not, it is as with kill -9.</summary>
    public async Task RestartAsync()
    {
        _running = [];
        await _services.DisposeAsync();
        Test.Reopen();
        _services = Build();
    }

    /// <summary>A public room of Alice in which a user of each of these servers is.</summary>
    public async Task<Room> CreateRoomAsync(string[] servers, bool isFederated = true)
    {
        var terms = new RoomCreationTerms(Alice, "11", RoomPreset.PublicChat)
        {
            CreationContent = isFederated ? null : JsonElement.Parse("""{"m.federate":false}"""),
        };
        var roomId = (await Get<RoomCreation>().CreateAsync(terms, default)).Value;
        foreach (var server in servers)
            await JoinAsync(roomId, UserId.Parse($"@user:{server}"));
        return (await Get<RoomRegistry>().FindAsync(roomId, default))!;
    }

    public async Task JoinAsync(RoomId roomId, UserId user) =>
        Assert.Null((await Get<MembershipChanges>().JoinAsync(roomId, user, MembershipTerms.None, default)).Error);

    public static async Task<StoredEvent> SayAsync(Room room, string text) => (await SayAsync(room, [text]))[0];

    /// <summary>Says several things in one change.</summary>
    public static async Task<IReadOnlyList<StoredEvent>> SayAsync(Room room, IReadOnlyList<string> texts) =>
        (await room.ChangeAsync<IReadOnlyList<StoredEvent>>(
            (draft, _) => ValueTask.FromResult<Result<IReadOnlyList<StoredEvent>>>(
                texts.Select(text => draft.Add(new EventProposal(
                    "m.room.message", Alice, Encoding.UTF8.GetBytes($$"""{"msgtype":"m.text","body":"{{text}}"}"""))).Value).ToList()),
            default)).Value;

    /// <summary>Waits for something to happen by itself, while no virtual time passes.</summary>
    public static async Task<T> SoonAsync<T>(Task<T> task) => await task.WaitAsync(Hang);

    /// <summary>Lets virtual time pass until something has happened; fails when it has not within <paramref name="limit"/>.</summary>
    public async Task<T> InTimeAsync<T>(Task<T> task, TimeSpan limit)
    {
        var end = Time.GetUtcNow() + limit;
        while (!task.IsCompleted)
        {
            Assert.True(Time.GetUtcNow() < end, "It did not happen in time.");
            await PassAsync(TimeSpan.FromSeconds(1));
        }

        return await task;
    }

    /// <summary>Lets virtual time pass until a condition holds.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        var end = Time.GetUtcNow() + TimeSpan.FromMinutes(10);
        while (!await condition())
        {
            Assert.True(Time.GetUtcNow() < end, "It did not come to that.");
            await PassAsync(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Lets virtual time pass, in small steps between which other threads get their turn.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }
    }

    /// <summary>Everyone has everything, and that is written down.</summary>
    public Task LevelAsync() => UntilAsync(async () =>
        Sender.DestinationCount == 0 && (await Store.ReadOwedAsync(null, 1, default)).Count == 0
        && await Store.ReadPositionAsync(default) == Test.Hub.Current(StreamKind.Events));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _services.DisposeAsync();
        _key.Dispose();
        Test.Dispose();
    }

    ServiceProvider Build()
    {
        var services = Test.AddTo(new ServiceCollection())
            .AddLogging()
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton(new ServerIdentity(ServerName.Parse("hybrid.test"), _key))
            .AddSingleton<IMemberProfiles, NoProfiles>()
            .AddRooms();

        // Of the room engine only what is asked for: its own background work is no part of this.
        services.RemoveAll<IHostedService>()
            .AddSingleton(new FederationOptions())
            .AddSingleton<IDestinationHealth, DestinationHealth>()
            .AddSingleton<TestPeers>()
            .AddSingleton<IFederationClient>(static provider => provider.GetRequiredService<TestPeers>())
            .AddOutbound();
        _configure(services);
        return services.BuildServiceProvider();
    }

    sealed class NoProfiles : IMemberProfiles
    {
        public ValueTask<MemberProfile> FindAsync(UserId userId, CancellationToken cancellationToken) => new(MemberProfile.None);
    }
}
