using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Hybrid.Media.Tests.S3;

/// <summary>A real object store (s3rver, from npm) on loopback, behind a wire that can be cut.</summary>
sealed class ObjectStore : IAsyncDisposable
{
    public const string Bucket = "media";
    static readonly SemaphoreSlim Installing = new(1);

    readonly Process _process;
    readonly DirectoryInfo _folder;
    readonly int _port;
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly Task _accepting;
    int _cutAfter = -1;

    ObjectStore(Process process, DirectoryInfo folder, int port)
    {
        (_process, _folder, _port) = (process, folder, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Nothing gets through.</summary>
    public bool IsAway { get; set; }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The objects that there are, by name.</summary>
    public IReadOnlyList<string> Objects
    {
        get
        {
            const string Suffix = "._S3rver_object";
            var root = Path.Combine(_folder.FullName, Bucket);
            return [.. Directory.GetFiles(root, "*" + Suffix, SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)[..^Suffix.Length]).Order()];
        }
    }

    public static async Task<ObjectStore> StartAsync()
    {
        var home = Path.Combine(AppContext.BaseDirectory, "S3");
        await InstallAsync(home);
        var folder = Directory.CreateTempSubdirectory("hybrid-objects-");
        var process = Start(home, "node", "node_modules/s3rver/bin/s3rver.js", "-d", folder.FullName, "-a", "127.0.0.1", "-p", "0", "--no-vhost-buckets", "--configure-bucket", Bucket);
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("S3rver listening on ", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.ReadToEndAsync();
                _ = process.StandardError.ReadToEndAsync();
                return new ObjectStore(process, folder, int.Parse(line[(line.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        throw new InvalidOperationException($"The object store does not start: {await process.StandardError.ReadToEndAsync()}");
    }

    /// <summary>The next connection breaks once this many bytes came back over it.</summary>
    public void CutAfter(int bytes) => Volatile.Write(ref _cutAfter, bytes);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _stop.Dispose();
        _listener.Dispose();
        _folder.Delete(true);
    }

    static async Task InstallAsync(string home)
    {
        await Installing.WaitAsync();
        try
        {
            if (File.Exists(Path.Combine(home, "node_modules", "s3rver", "package.json")))
                return;

            using var npm = Start(home, "npm", "ci", "--silent");
            var output = npm.StandardOutput.ReadToEndAsync();
            var errors = await npm.StandardError.ReadToEndAsync();
            await npm.WaitForExitAsync();
            if (npm.ExitCode != 0)
                throw new InvalidOperationException($"npm ci failed: {errors}{await output}");
        }
        finally
        {
            Installing.Release();
        }
    }

    static Process Start(string home, string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = home,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync(_stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = RelayAsync(client);
        }
    }

    async Task RelayAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            try
            {
                if (IsAway)
                    return;

                await server.ConnectAsync(IPAddress.Loopback, _port, _stop.Token);
                await Task.WhenAny(CopyAsync(client, server, isAnswer: false), CopyAsync(server, client, isAnswer: true));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                // The other side sees it.
            }
        }
    }

    async Task CopyAsync(Socket from, Socket to, bool isAnswer)
    {
        var buffer = new byte[8192];
        var copied = 0;
        while (await from.ReceiveAsync(buffer, _stop.Token) is var read and > 0 && !IsAway)
        {
            copied += read;
            if (isAnswer && Volatile.Read(ref _cutAfter) is var most and >= 0 && copied > most)
            {
                Volatile.Write(ref _cutAfter, -1);
                return;
            }

            await to.SendAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }
}
