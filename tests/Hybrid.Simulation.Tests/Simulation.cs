using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.State;
using Hybrid.Simulation.Tests.Faults;
using Hybrid.Simulation.Tests.Invariants;
using Hybrid.Simulation.Tests.Network;
using Hybrid.Simulation.Tests.Servers;
using Hybrid.Simulation.Tests.Users;

namespace Hybrid.Simulation.Tests;

/// <summary>What came of a run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Digest">Of all that happened: two runs of a seed have the same.</param>
/// <param name="Problems">Invariants that do not hold, a line each.</param>
/// <param name="Acknowledged">How many events users were told are sent.</param>
/// <param name="Estranged">Servers that do not agree with the others whether they are in a room.</param>
/// <param name="Text">What happened, to read; empty unless it was to be kept.</param>
sealed record SimulationResult(int Seed, string Digest, IReadOnlyList<string> Problems, int Acknowledged, IReadOnlyList<string> Estranged, string Text);

/// <summary>
/// One run: some servers, users who act on them while the network, the clocks and the machines fail, then a time in which everything works again, and at
/// its end the invariants. Everything follows from the seed.
/// </summary>
sealed class Simulation : IDisposable
{
    static readonly TimeSpan Storm = TimeSpan.FromMinutes(20);

    // Longer than the longest that a server is left alone.
    static readonly TimeSpan Healing = TimeSpan.FromDays(4);

    readonly string _folder;
    readonly Dictionary<(RoomId, ServerName), TimeSpan> _memberSince = [];
    readonly Trace _trace;
    IReadOnlyList<string> _estranged = [];

    Simulation(int seed, bool keepsText)
    {
        var root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        _folder = Directory.CreateDirectory(Path.Combine(root, "hybrid-simulation-" + Path.GetRandomFileName())).FullName;
        var time = new VirtualTime();
        _trace = new Trace(time, keepsText);
        var randomness = new Randomness(seed);
        Setting = new SimulationSetting(time, new Processor(), randomness, new SimulatedNetwork(time, randomness, _trace), new KnownKeys(), _trace);
        var count = 3 + randomness.Stream("servers").Next(5);
        for (var number = 1; number <= count; number++)
        {
            var server = new SimulatedServer(Setting, ServerName.Parse($"s{number}.test"), _folder);
            Servers.Add(server);
            Setting.Network.Add(server);
        }

        if (randomness.Stream("liar").Chance(0.4))
        {
            Liar = new Liar(this, new SimulatedServer(Setting, ServerName.Parse("liar.test"), _folder));
            Setting.Network.Add(Liar.Server);
        }
    }

    public SimulationSetting Setting { get; }

    /// <summary>Those that do as they should.</summary>
    public List<SimulatedServer> Servers { get; } = [];

    /// <summary>One that does not, in some runs.</summary>
    public Liar? Liar { get; }

    public List<RoomId> Rooms { get; } = [];

    /// <summary>The events that users were told are sent.</summary>
    public List<AcknowledgedEvent> Acknowledged { get; } = [];

    public static SimulationResult Run(int seed, bool keepsText = false)
    {
        using var simulation = new Simulation(seed, keepsText);
        List<string> problems;
        try
        {
            problems = simulation.Run();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            problems = [exception.ToString()];
        }

        return new SimulationResult(seed, simulation._trace.Digest(), problems, simulation.Acknowledged.Count, simulation._estranged, simulation._trace.Text);
    }

    /// <summary>The room as a server has it now; null when it does not know it.</summary>
    public static RoomSnapshot? Look(SimulatedServer server, RoomId roomId)
    {
        var found = server.Get<RoomRegistry>().FindAsync(roomId, default);
        return found.IsCompleted ? found.Result?.Current : throw new InvalidOperationException("A room does not load at once.");
    }

    /// <summary>Whether a server takes part in a room, by its own account.</summary>
    public static bool TakesPart(SimulatedServer server, RoomId roomId) =>
        server.IsUp && Look(server, roomId) is { } room && room.HasMemberOf(server.Name);

    /// <summary>Whether a server has taken part in a room all the time since before a moment.</summary>
    public bool HasTakenPartSince(SimulatedServer server, RoomId roomId, TimeSpan moment) =>
        _memberSince.TryGetValue((roomId, server.Name), out var since) && since < moment;

    /// <summary>A user was told that an event is sent.</summary>
    public void Acknowledge(SimulatedServer server, RoomId roomId, EventId eventId)
    {
        _trace.Add($"{server.Name} has {eventId}");
        Acknowledged.Add(new AcknowledgedEvent(roomId, eventId, server.Name, Setting.Time.Now, Look(server, roomId)!.Servers));
    }

    /// <summary>Lets everything happen that is to happen within a time.</summary>
    public void Pass(TimeSpan duration)
    {
        var until = Setting.Time.Now + duration;
        Step();
        while (Setting.Time.TryStep(until))
            Step();
    }

    public void Dispose()
    {
        foreach (var server in Servers)
            server.Dispose();
        Liar?.Server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    List<string> Run()
    {
        foreach (var server in Servers)
            server.Start();
        Liar?.Server.Start();
        var users = new UserActions(this);
        users.CreateRooms();
        Pass(TimeSpan.FromMinutes(5));

        var faults = new FaultPlan(this);
        faults.Plan(Storm);
        users.Plan(Storm);
        Liar?.Plan(Storm);
        Pass(Storm);

        faults.End();
        Liar?.End();
        Pass(Healing);
        users.SpeakInTurn();
        var problems = HealedRooms.CheckAgreement(this);
        _estranged = HealedRooms.Estranged(this);
        foreach (var line in _estranged)
            _trace.Add(line);

        users.ReadBack();
        if (_trace.IsKept)
        {
            foreach (var line in Rooms.SelectMany(roomId => GraphReport.Of(this, roomId)))
                _trace.Remark(line);
        }

        problems.AddRange(HealedRooms.CheckContents(this));
        if (Setting.Processor.Escaped is { } escaped)
            problems.Add("Something went on in another thread: " + escaped);
        problems.AddRange(Setting.Processor.Failures.Select(static failure => "A server threw: " + failure));
        problems.AddRange(Setting.Errors.Select(static error => "An error in a server: " + error.Trim()));
        return problems;
    }

    void Step()
    {
        Setting.Processor.Run();
        foreach (var server in Servers)
        {
            foreach (var roomId in Rooms)
            {
                // One that is down takes part as before.
                if (!server.IsUp)
                    continue;
                if (!TakesPart(server, roomId))
                    _memberSince.Remove((roomId, server.Name));
                else
                    _memberSince.TryAdd((roomId, server.Name), Setting.Time.Now);
            }
        }
    }
}

/// <summary>An event that a user was told is sent, and the servers in the room by the account of the user's server then.</summary>
sealed record AcknowledgedEvent(RoomId RoomId, EventId EventId, ServerName Server, TimeSpan At, IReadOnlySet<ServerName> Audience);
