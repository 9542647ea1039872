using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Hybrid.Primitives.Net;

/// <summary>Makes HTTP clients for addresses that a user of this server named.</summary>
public static class OutboundHttp
{
    const int MaxAnswer = 256 * 1024;
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A client that follows no redirects, takes answers of 256 KiB at most, and unless <paramref name="allowPrivate"/> connects to public
    /// addresses only. A name is looked up once and the connection goes to what was checked, so that no second answer of a
    /// name server can lead elsewhere. A refusal is an <see cref="HttpRequestException"/>.
    /// </summary>
    /// <param name="allowPrivate">Whether connections may go to private addresses.</param>
    /// <param name="timeout">How long an answer may take with everything.</param>
    /// <param name="authorities">Certificate authorities to trust beside the system's; null for none.</param>
    public static HttpClient Create(bool allowPrivate, TimeSpan timeout, X509Certificate2Collection? authorities = null)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, allowPrivate, cancellationToken),
        };
        if (authorities is { Count: > 0 })
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => AuthorityTrust.IsTrusted(certificate, chain, errors, authorities);
        return new HttpClient(handler) { Timeout = timeout, MaxResponseContentBufferSize = MaxAnswer };
    }

    static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool allowPrivate, CancellationToken cancellationToken)
    {
        var found = await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        var allowed = allowPrivate ? found : [.. found.Where(static address => !PrivateAddresses.Contains(address))];
        if (allowed.Length == 0)
            throw new IOException($"{target.Host} has no address that this server may connect to.");

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
