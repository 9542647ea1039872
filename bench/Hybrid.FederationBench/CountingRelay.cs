using System.Net;
using System.Net.Sockets;

namespace Hybrid.FederationBench;

/// <summary>Stands before a server on this machine, passes everything on, and counts what the server sends.</summary>
sealed class CountingRelay : IDisposable
{
    const int BufferSize = 128 * 1024;

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly int _target;
    long _sent;

    public CountingRelay(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Bytes that the server has sent as they were on the wire, under TLS.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    public void Dispose() => _listener.Dispose();

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The relay is disposed.
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target);
                await Task.WhenAny(
                    PassAsync(client.GetStream(), server.GetStream(), static (_, _) => { }),
                    PassAsync(server.GetStream(), client.GetStream(), static (relay, count) => Interlocked.Add(ref relay._sent, count)));
            }
            catch (Exception broken) when (broken is IOException or SocketException)
            {
                // One side is gone; so is the connection.
            }
        }
    }

    async Task PassAsync(NetworkStream from, NetworkStream to, Action<CountingRelay, int> count)
    {
        var buffer = new byte[BufferSize];
        try
        {
            for (int read; (read = await from.ReadAsync(buffer)) > 0;)
            {
                count(this, read);
                await to.WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
