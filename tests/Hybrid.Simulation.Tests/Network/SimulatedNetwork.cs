using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Simulation.Tests.Servers;

namespace Hybrid.Simulation.Tests.Network;

/// <summary>What goes wrong between servers.</summary>
/// <param name="Lost">How many of a hundred requests, and as many answers, get lost.</param>
/// <param name="Repeated">How many of a hundred requests arrive twice.</param>
/// <param name="Slow">How many of a hundred take many seconds, so that later ones overtake them.</param>
sealed record Weather(int Lost, int Repeated, int Slow)
{
    public static Weather Fair { get; } = new(0, 0, 0);
}

/// <summary>Carries requests between servers, or fails to.</summary>
sealed class SimulatedNetwork(VirtualTime time, Randomness randomness, Trace trace)
{
    readonly Dictionary<string, Random> _links = [];
    readonly HashSet<(ServerName, ServerName)> _cut = [];
    readonly Dictionary<ServerName, SimulatedServer> _servers = [];

    public Weather Weather { get; set; } = Weather.Fair;

    public void Add(SimulatedServer server) => _servers.Add(server.Name, server);

    /// <summary>Nothing gets through between the two, in either direction.</summary>
    public void Cut(ServerName one, ServerName other)
    {
        _cut.Add((one, other));
        _cut.Add((other, one));
    }

    public void HealAll() => _cut.Clear();

    /// <summary>Sends a request; the answer comes when, and if, it has come back.</summary>
    public async Task<FederationResult<FederationAnswer>> SendAsync(ServerName origin, ServerName destination, FederationRequest request)
    {
        var answered = new TaskCompletionSource<FederationResult<FederationAnswer>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var link = Link(origin, destination);
        // Not to the tick: what fails at the very same moment fails in the order of hash codes, which is another in each process.
        time.After(request.Timeout + link.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(100)), () => answered.TrySetResult(new FederationFailure(destination, FailureKind.TimedOut, "It does not answer in time.")));
        if (!link.Chance(Weather.Lost / 100.0))
            time.After(Delay(link), () => Arrive(answered, origin, destination, request));
        if (link.Chance(Weather.Repeated / 100.0))
            time.After(Delay(link) + TimeSpan.FromSeconds(2), () => Arrive(answered, origin, destination, request));
        return await answered.Task;
    }

    void Arrive(
        TaskCompletionSource<FederationResult<FederationAnswer>> answered, ServerName origin, ServerName destination, FederationRequest request)
    {
        if (!_servers.TryGetValue(destination, out var server) || !server.IsUp || _cut.Contains((origin, destination)))
        {
            answered.TrySetResult(new FederationFailure(destination, FailureKind.Unreachable, "It cannot be reached."));
            return;
        }

        trace.Add($"{origin} -> {destination}  {request.Method} {Short(request.Target)}", request.Body ?? default);
        server.Thread.Begin(async () =>
        {
            var answer = await server.Requests.AnswerAsync(origin, request);
            if (server.Twist is { } twist && answer.TryGet(out var honest, out _))
                answer = honest with { Body = twist(request, honest.Body) };
            trace.Note(answer.TryGet(out var given, out _) ? given.Body : default);
            Return(answered, origin, destination, answer);
        });
    }

    void Return(
        TaskCompletionSource<FederationResult<FederationAnswer>> answered, ServerName origin, ServerName destination, FederationResult<FederationAnswer> answer)
    {
        var link = Link(destination, origin);
        if (link.Chance(Weather.Lost / 100.0))
            return;

        time.After(Delay(link), () =>
        {
            if (!_cut.Contains((origin, destination)))
                answered.TrySetResult(answer);
        });
    }

    TimeSpan Delay(Random link) => link.Chance(Weather.Slow / 100.0)
        ? link.Between(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(40))
        : link.Between(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(250));

    Random Link(ServerName from, ServerName to)
    {
        var name = $"link {from} {to}";
        if (!_links.TryGetValue(name, out var link))
            _links.Add(name, link = randomness.Stream(name));
        return link;
    }

    static string Short(string target)
    {
        var path = Uri.UnescapeDataString(target.Split('?')[0]);
        return path.StartsWith("/_matrix/federation/", StringComparison.Ordinal) ? path["/_matrix/federation/".Length..] : path;
    }
}
