namespace Hybrid.LoadGenerator;

/// <summary>What a run does. Every scenario ends at its count or its time, whichever comes first.</summary>
public sealed record LoadOptions
{
    /// <summary>The homeserver; its host must be this machine.</summary>
    public Uri? Url { get; init; }

    /// <summary>The secret of <c>/_synapse/admin/v1/register</c>; without it users register openly.</summary>
    public string? RegistrationSharedSecret { get; init; }

    /// <summary>The running server's process, for its CPU time and memory.</summary>
    public int? ServerProcess { get; init; }

    /// <summary>The words that start the server.</summary>
    public string[] ServerCommand { get; init; } = [];

    /// <summary>A Hybrid executable to start with open registration in a temporary folder.</summary>
    public string? Hybrid { get; init; }

    /// <summary>What the server is called in reports.</summary>
    public required string Name { get; init; }

    /// <summary>Where the JSON goes.</summary>
    public string? JsonFile { get; init; }

    /// <summary>The JSON of a run against another server, to compare with.</summary>
    public string? BaselineFile { get; init; }

    /// <summary>The repository whose summary of benchmarks gets the results; null for none.</summary>
    public string? Summary { get; init; }

    /// <summary>The scenarios to run; all when empty.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>The longest time of one scenario's measured part.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Multiplies every count of requests.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>
    /// The share of every count that is done once before, unmeasured: a server that has been up for a day has compiled and cached
    /// what one that has just started has not. Zero for none.
    /// </summary>
    public double WarmUp { get; init; } = 0.5;

    /// <summary>How many clients send at once.</summary>
    public int Clients { get; init; } = 8;

    /// <summary>How many rooms they send into.</summary>
    public int Rooms { get; init; } = 4;

    /// <summary>How many users wait for one message in the fan-out.</summary>
    public int FanoutUsers { get; init; } = 200;

    /// <summary>A scenario's count of requests at this run's scale; at least one.</summary>
    public int Scaled(int count) => Math.Max(1, (int)(count * Scale));
}
