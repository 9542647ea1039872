using System.Reflection;
using Hybrid.Federation;
using Hybrid.Federation.Inbound;
using Hybrid.Federation.Joins;
using Hybrid.Federation.Keys;
using Hybrid.Federation.Outbound;
using Hybrid.Federation.PolicyServers;
using Hybrid.Federation.Requests;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Policies;
using Hybrid.Simulation.Tests.Network;
using Hybrid.Storage.Sqlite;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Simulation.Tests.Servers;

/// <summary>
/// A server: the room engine, reception and sending over a SQLite database, as the composition puts them together, with the simulation's network, clock
/// and randomness. It can die at any moment, and starts again from what is stored.
/// </summary>
sealed class SimulatedServer : IDisposable
{
    static readonly MethodInfo Execute = typeof(BackgroundService).GetMethod("ExecuteAsync", BindingFlags.Instance | BindingFlags.NonPublic)!;

    readonly SimulationSetting _setting;
    readonly string _path;
    readonly ServerIdentity _identity;
    readonly Random _random;
    ServiceProvider? _services;

    public SimulatedServer(SimulationSetting setting, ServerName name, string folder)
    {
        _setting = setting;
        _path = Path.Combine(folder, name.Value + ".db");
        _identity = new ServerIdentity(name, SigningKey.FromSeed(setting.Randomness.Key(name.Value), "1"));
        _random = setting.Randomness.Stream("server " + name);
        setting.Keys.Add(name.Value, _identity.Key);
        Users = [UserId.Parse($"@anna:{name}"), UserId.Parse($"@ben:{name}")];
    }

    public ServerName Name => _identity.Name;

    public ServerIdentity Identity => _identity;

    public IReadOnlyList<UserId> Users { get; }

    public ServerThread Thread { get; private set; } = null!;

    public ServerRequests Requests { get; private set; } = null!;

    /// <summary>How far its clock is off.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>What it makes of its answers before they go out, if it is a liar.</summary>
    public Func<FederationRequest, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? Twist { get; set; }

    public bool IsUp => _services is not null && !Thread.IsDead;

    public T Get<T>()
        where T : notnull =>
        _services!.GetRequiredService<T>();

    /// <summary>Starts from what is stored.</summary>
    public void Start()
    {
        Stop();
        Thread = new ServerThread(_setting.Processor);
        _services = Build();
        Requests = new ServerRequests(_services);
        Begin<RoomLanes>();
        Begin<FederationSender>();
        Begin<OutboundEvents>();
    }

    /// <summary>The process ends: nothing is written any more, and what it had begun is not gone on with.</summary>
    public void Stop()
    {
        Thread?.Kill();
        _services?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _services = null;
    }

    public void Dispose()
    {
        Stop();
        _identity.Key.Dispose();
    }

    // BackgroundService.StartAsync would go on in the thread pool. Without a token to cancel nothing of it does.
    void Begin<T>()
        where T : BackgroundService
    {
        var service = Get<T>();
        Thread.Begin(() => (Task)Execute.Invoke(service, [CancellationToken.None])!);
    }

    ServiceProvider Build()
    {
        var hub = new StreamHub();
        return new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Information).AddProvider(new TraceLogs(_setting, Name)))
            .AddSingleton(hub)
            .AddSingleton(_ => SqliteDatabase.Open(_path, hub, new SqliteOptions { Durable = false, WritesInline = true }))
            .AddSqliteStores()
            .AddSingleton<TimeProvider>(new ServerClock(_setting.Time, Thread, () => ClockOffset))
            .AddSingleton(_random)
            .AddSingleton(_identity)
            .AddSingleton(_setting.Network)
            .AddSingleton<IMemberProfiles, NoProfiles>()
            .AddSingleton<ILocalUsers, AllUsers>()
            .AddRooms()
            .AddSingleton(new PolicyServerOptions())
            .AddSingleton<PolicyLists>()
            .AddFederation(new FederationOptions())
            .AddOutbound()
            .AddSingleton<IFederationClient, SimulatedClient>()
            .AddSingleton<IServerKeys>(_setting.Keys)
            .AddSingleton<RoomAnswers>()
            .BuildServiceProvider();
    }

    sealed class NoProfiles : IMemberProfiles
    {
        public ValueTask<MemberProfile> FindAsync(UserId userId, CancellationToken cancellationToken) => new(MemberProfile.None);
    }

    sealed class AllUsers : ILocalUsers
    {
        public ValueTask<bool> ExistsAsync(UserId userId, CancellationToken cancellationToken) => new(true);
    }
}

/// <summary>What all servers of a simulation share.</summary>
sealed record SimulationSetting(
    VirtualTime Time, Processor Processor, Randomness Randomness, SimulatedNetwork Network, KnownKeys Keys, Trace Trace)
{
    /// <summary>What servers logged as errors of their own: none may happen, whatever others do.</summary>
    public List<string> Errors { get; } = [];
}
