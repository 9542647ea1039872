using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Hybrid.ClientApi.Tests.Calls;

/// <summary>A real TURN server, coturn from Debian's package, on a free loopback port; it ends with the test.</summary>
sealed class Coturn : IAsyncDisposable
{
    readonly string _folder = System.IO.Directory.CreateTempSubdirectory("hybrid-coturn-").FullName;
    readonly Process _process;

    Coturn(int port, string secret)
    {
        Port = port;
        _process = Start(
            "turnserver", "-n", "--listening-ip=127.0.0.1", $"--listening-port={port}", "--relay-ip=127.0.0.1", "--use-auth-secret",
            $"--static-auth-secret={secret}", "--realm=test.local", "--no-tls", "--no-dtls", "--no-cli", "--allow-loopback-peers", "--log-file=stdout",
            $"--pidfile={Path.Combine(_folder, "pid")}", $"--userdb={Path.Combine(_folder, "db")}");
        // What is not read would stop it once the pipe is full.
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Port { get; }

    /// <summary>Starts a server that knows this secret, and waits until it listens.</summary>
    public static async Task<Coturn> StartAsync(string secret)
    {
        var server = new Coturn(FreePort(), secret);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (server._process.HasExited)
                throw new InvalidOperationException($"coturn ended with {server._process.ExitCode}.");

            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, server.Port, deadline.Token);
                return server;
            }
            catch (SocketException)
            {
                await Task.Delay(20, deadline.Token);
            }
        }
    }

    /// <summary>Whether coturn's own client gets a relay with these credentials, and what it sends comes back through it.</summary>
    public async Task<bool> RelaysAsync(string username, string password)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var client = Start("turnutils_uclient", "-u", username, "-w", password, "-p", $"{Port}", "-y", "-c", "-n", "1", "-m", "1", "-l", "10", "127.0.0.1");
        var output = client.StandardOutput.ReadToEndAsync(deadline.Token);
        await client.StandardError.ReadToEndAsync(deadline.Token);
        await client.WaitForExitAsync(deadline.Token);
        return client.ExitCode == 0 && (await output).Contains("Total lost packets 0", StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException($"{program} is not here; install coturn (Debian: coturn).", exception);
        }
    }

    // Of the moment: another program could take it before the server does, which would end it and fail the test by name.
    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
