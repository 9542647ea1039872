namespace Hybrid.LoadGenerator.Scenarios;

/// <summary>One thing that people wait for, prepared and then measured.</summary>
interface IScenario
{
    /// <summary>What the command line and reports call it.</summary>
    string Name { get; }

    /// <summary>What one count of it is.</summary>
    string Unit { get; }

    /// <summary>Prepares, calls <see cref="Measurement.Begin"/>, does the work, and calls <see cref="Measurement.End"/>.</summary>
    Task RunAsync(LoadContext context, Measurement measurement, CancellationToken cancellationToken);
}
