using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Hybrid.Durability.Tests.Crashes;

/// <summary>The built server as a process of its own, which can be killed and started again on the same data.</summary>
sealed partial class ServerProcess : IDisposable
{
    static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    readonly Dictionary<string, string?> _settings;
    Process? _process;

    /// <param name="data">Its folder.</param>
    /// <param name="database">The engine as a value of the setting <c>database</c>; null for the default.</param>
    public ServerProcess(string data, string? database) => _settings = new()
    {
        ["HYBRID_SERVER_NAME"] = "kill.test",
        ["HYBRID_DATA"] = data,
        ["HYBRID_LISTEN"] = "http://127.0.0.1:0",
        ["HYBRID_REGISTRATION"] = "open",
        ["HYBRID_RATE_LIMITS"] = "off",
        ["HYBRID_DATABASE"] = database,
    };

    public HttpClient Http { get; private set; } = new();

    // The one that was built with the tests, unless another is named. Its native libraries are where the tests' own list says.
    static ProcessStartInfo Command => Environment.GetEnvironmentVariable("HYBRID_BIN") is { } program
        ? new(program, ["serve"])
        : new("dotnet", ["exec", "--depsfile", Beside("Hybrid.Durability.Tests.deps.json"), "--runtimeconfig", Beside("hybrid.runtimeconfig.json"), Beside("hybrid.dll"), "serve"]);

    /// <summary>Starts it; the time from there to the first answer.</summary>
    public async Task<TimeSpan> StartAsync()
    {
        var start = Command;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("HYBRID_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in _settings)
            start.Environment[name] = value;

        var log = new StringBuilder();
        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var clock = Stopwatch.StartNew();
        var process = _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"hybrid serve ended before it listened:\n{log}"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var address = new Uri(await listening.Task.WaitAsync(StartTimeout));
        Http.Dispose();
        Http = new HttpClient { BaseAddress = address };
        using var answer = await Http.GetAsync("/_matrix/client/versions");
        answer.EnsureSuccessStatusCode();
        return clock.Elapsed;

        void Hear(string? line)
        {
            lock (log)
                log.AppendLine(line);
            if (line is not null && Listening().Match(line) is { Success: true } found)
                listening.TrySetResult(found.Groups["address"].Value);
        }
    }

    /// <summary>SIGKILL: nothing is flushed, closed or said.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        _process?.Kill();
        _process?.Dispose();
        Http.Dispose();
    }

    static string Beside(string name) => Path.Combine(AppContext.BaseDirectory, name);

    [GeneratedRegex(@"serves \S+ at (?<address>http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
