using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Hybrid.Primitives.Net;

namespace Hybrid.Durability.Tests.Crashes;

/// <summary>
/// The built server as a process of its own, which can be killed and started again on the same data. It ends with the test process, however that ends:
/// a shell beside it waits for the end of its input.
/// </summary>
sealed partial class ServerProcess : IDisposable
{
    // The input's end is the server's, and the server's end is the shell's. What runs in the background has no input but what it is given.
    const string Script = """
        exec 3<&0
        "$@" </dev/null 3<&- &
        server=$!
        { read -r _; kill -KILL "$server"; } <&3 >/dev/null 2>&1 &
        exec 3<&-
        wait "$server" 2>/dev/null
        """;

    static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    readonly IReadOnlyDictionary<string, string?> _settings;
    readonly X509Certificate2Collection _authorities;
    Process? _process;

    /// <param name="settings">What it runs with: environment variables.</param>
    /// <param name="authorities">Whom to trust beside the system's authorities where it listens with TLS.</param>
    public ServerProcess(IReadOnlyDictionary<string, string?> settings, X509Certificate2Collection? authorities = null)
    {
        _settings = settings;
        _authorities = authorities ?? [];
        Http = NewClient(null);
    }

    /// <summary>A server that meets no others.</summary>
    /// <param name="data">Its folder.</param>
    /// <param name="database">The engine as a value of the setting <c>database</c>; null for the default.</param>
    public ServerProcess(string data, string? database)
        : this(new Dictionary<string, string?>
        {
            ["HYBRID_SERVER_NAME"] = "kill.test",
            ["HYBRID_DATA"] = data,
            ["HYBRID_LISTEN"] = "http://127.0.0.1:0",
            ["HYBRID_REGISTRATION"] = "open",
            ["HYBRID_RATE_LIMITS"] = "off",
            ["HYBRID_DATABASE"] = database,
        })
    {
    }

    /// <summary>For requests to it; the same one for as long as its address is.</summary>
    public HttpClient Http { get; private set; }

    /// <summary>Where a copy of what it says goes, if anywhere.</summary>
    public string? LogFile { get; init; }

    // The one that was built with the tests, unless another is named. Its native libraries are where the tests' own list says.
    static string[] Command => Environment.GetEnvironmentVariable("HYBRID_BIN") is { } program
        ? [program, "serve"]
        : ["dotnet", "exec", "--depsfile", Beside("Hybrid.Durability.Tests.deps.json"), "--runtimeconfig", Beside("hybrid.runtimeconfig.json"), Beside("hybrid.dll"), "serve"];

    /// <summary>Starts it; the time from there to the first answer.</summary>
    public async Task<TimeSpan> StartAsync()
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "sh", .. Command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
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
        if (Http.BaseAddress != address)
        {
            Http.Dispose();
            Http = NewClient(address);
        }

        using var answer = await Http.GetAsync("/_matrix/client/versions");
        answer.EnsureSuccessStatusCode();
        return clock.Elapsed;

        void Hear(string? line)
        {
            lock (log)
            {
                log.AppendLine(line);
                if (LogFile is not null)
                    File.AppendAllText(LogFile, line + "\n");
            }

            if (line is not null && Listening().Match(line) is { Success: true } found)
                listening.TrySetResult(found.Groups["address"].Value);
        }
    }

    /// <summary>SIGKILL: nothing is flushed, closed or said.</summary>
    public async Task KillAsync()
    {
        _process!.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            _process.WaitForExit();
            _process.Dispose();
        }

        Http.Dispose();
    }

    HttpClient NewClient(Uri? address) => new(new SocketsHttpHandler
    {
        SslOptions =
        {
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => AuthorityTrust.IsTrusted(certificate, chain, errors, _authorities),
        },
    })
    {
        BaseAddress = address,
    };

    static string Beside(string name) => Path.Combine(AppContext.BaseDirectory, name);

    [GeneratedRegex(@"serves \S+ at (?<address>https?://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
