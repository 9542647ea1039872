using Hybrid.Primitives;
using Microsoft.Extensions.Logging;

namespace Hybrid.Simulation.Tests.Servers;

/// <summary>Puts what a server logs into the trace, for whoever reads it; errors are kept.</summary>
sealed class TraceLogs(SimulationSetting setting, ServerName server) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull =>
        null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error || (logLevel >= LogLevel.Information && setting.Trace.IsKept);

    public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;

        var line = $"    {server}: {formatter(state, exception)}{(exception is null ? "" : "\n" + exception)}";
        setting.Trace.Remark(line);
        if (logLevel >= LogLevel.Error)
            setting.Errors.Add(line);
    }

    public void Dispose()
    {
        // It keeps nothing.
    }
}
