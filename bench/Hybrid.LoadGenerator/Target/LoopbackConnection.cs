using System.Net;
using System.Net.Sockets;

namespace Hybrid.LoadGenerator.Target;

/// <summary>Connections to this machine and nowhere else: a load generator that can be pointed at others is a weapon.</summary>
static class LoopbackConnection
{
    /// <summary>Checks the address before anything is sent to it.</summary>
    public static void Require(Uri url)
    {
        if (url.Scheme is not ("http" or "https") || !url.IsLoopback)
            throw new LoadException($"{url} is refused: only http and https addresses of this machine itself (127.0.0.1, [::1], localhost) are allowed.");
    }

    /// <summary>An HTTP handler that connects to loopback addresses only, through no proxy, following no redirect.</summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10),
        ConnectCallback = ConnectAsync,
    };

    static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var found = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var addresses = found.Where(IPAddress.IsLoopback).ToArray();
        if (addresses.Length == 0)
            throw new LoadException($"{context.DnsEndPoint.Host} is not this machine.");

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
