using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Hybrid.LoadGenerator.Target;

/// <summary>The server that is measured: one that runs already, or one that this run starts and ends.</summary>
sealed class ServerProcess : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    readonly Process? _process;
    readonly DirectoryInfo? _folder;

    ServerProcess(Uri url, ProcessMeter? meter, Process? process, DirectoryInfo? folder)
    {
        Url = url;
        Meter = meter;
        _process = process;
        _folder = folder;
    }

    public Uri Url { get; }

    /// <summary>Null when the process is not known.</summary>
    public ProcessMeter? Meter { get; }

    /// <summary>From the start of the process to its first answer; null for a server that ran already.</summary>
    public TimeSpan? StartTime { get; private set; }

    /// <summary>Finds or starts the server, and waits until it answers.</summary>
    public static async Task<ServerProcess> OpenAsync(LoadOptions options, CancellationToken cancellationToken)
    {
        var server = Create(options);
        LoopbackConnection.Require(server.Url);
        var started = Stopwatch.GetTimestamp();
        try
        {
            if (server._process is { } starting)
                Start(starting);
            var meter = server._process is { } process ? new ProcessMeter(process.Id) : null;
            var opened = new ServerProcess(server.Url, server.Meter ?? meter, server._process, server._folder);
            await opened.AwaitAnswerAsync(cancellationToken);
            if (opened._process is not null)
                opened.StartTime = Stopwatch.GetElapsedTime(started);
            return opened;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await EndAsync(_process);
        _folder?.Delete(true);
    }

    static ServerProcess Create(LoadOptions options)
    {
        var meter = options.ServerProcess is { } id ? new ProcessMeter(id) : null;
        if (meter is { IsRunning: false })
            throw new LoadException($"There is no process {options.ServerProcess}.");
        if (options.ServerCommand is [var program, .. var arguments])
            return new ServerProcess(options.Url ?? new Uri("http://127.0.0.1:8008"), meter, Prepare(program, arguments, null), null);
        if (options.Hybrid is null && options.Url is { } url)
            return new ServerProcess(url, meter, null, null);

        var hybrid = Path.GetFullPath(options.Hybrid ?? FindHybrid());
        if (!File.Exists(hybrid))
            throw new LoadException($"{hybrid} does not exist.");

        var address = options.Url ?? new Uri($"http://127.0.0.1:{FreePort()}");
        var folder = Directory.CreateTempSubdirectory("hybrid-load-");
        var process = Prepare(hybrid, ["serve"], folder.FullName);
        process.StartInfo.Environment["HYBRID_LISTEN"] = address.GetLeftPart(UriPartial.Authority);
        process.StartInfo.Environment["HYBRID_DATA"] = Path.Combine(folder.FullName, "data");
        process.StartInfo.Environment["HYBRID_REGISTRATION"] = "open";
        process.StartInfo.Environment["HYBRID_RATE_LIMITS"] = "off";
        process.StartInfo.Environment["HYBRID_LOG"] = "warning";
        return new ServerProcess(address, null, process, folder);
    }

    static Process Prepare(string program, IEnumerable<string> arguments, string? folder) => new()
    {
        StartInfo = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder ?? "", UseShellExecute = false },
    };

    // The build leaves the server in artifacts/bin of the repository that this runs in.
    static string FindHybrid()
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "artifacts", "bin", "hybrid");
            if (File.Exists(candidate))
                return candidate;
        }

        throw new LoadException("There is no artifacts/bin/hybrid here: build it, or name a server with --url, --server-command or --hybrid.");
    }

    static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    static void Start(Process process)
    {
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            throw new LoadException($"{process.StartInfo.FileName} cannot be started: {exception.Message}");
        }
    }

    async Task AwaitAnswerAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient(LoopbackConnection.CreateHandler()) { BaseAddress = Url };
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < StartLimit)
        {
            try
            {
                using var response = await client.GetAsync("/_matrix/client/versions", cancellationToken);
                if (response.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            if (_process is { HasExited: true } process)
                throw new LoadException($"The server ended with exit code {process.ExitCode} before it answered.");
            await Task.Delay(Poll, cancellationToken);
        }

        throw new LoadException($"{Url} does not answer /_matrix/client/versions.");
    }

    static async Task EndAsync(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                // SIGTERM, so that it ends as in service; the framework itself can only kill.
                using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
                await kill.WaitForExitAsync();
                using var limit = new CancellationTokenSource(EndLimit);
                await process.WaitForExitAsync(limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill(true);
        }
        catch (InvalidOperationException)
        {
            // It was never started.
        }

        process.Dispose();
    }
}
