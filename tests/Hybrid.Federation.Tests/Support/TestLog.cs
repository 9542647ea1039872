using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Tests.Support;

/// <summary>What was logged as a warning or worse.</summary>
sealed class TestLog : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Warnings { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull =>
        null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Warning)
            Warnings.Enqueue(formatter(state, exception));
    }

    public void Dispose()
    {
    }
}
