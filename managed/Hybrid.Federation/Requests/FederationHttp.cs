using System.Net;
using System.Net.Sockets;
using Hybrid.Federation.Discovery;
using Hybrid.Primitives.Net;

namespace Hybrid.Federation.Requests;

/// <summary>
/// The connections to other servers. They are pooled by host, port and certificate name, and go where the request's <see cref="ServerRoute"/> says: names
/// are looked up once, and the connection goes to the address that was checked, so that no second answer of a name server can lead into the operator's
/// own network.
/// </summary>
public sealed class FederationHttp : IDisposable
{
    static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(20);
    static readonly TimeSpan AddressTimeout = TimeSpan.FromSeconds(6);
    static readonly HttpRequestOptionsKey<ServerRoute> RouteKey = new("Hybrid.ServerRoute");

    readonly NameLookup _names;
    readonly bool _allowPrivate;

    public FederationHttp(FederationOptions options, NameLookup names)
    {
        _names = names;
        _allowPrivate = options.AllowPrivateAddresses;
        Peers = Client(options, maxConnections: 16);
        Plain = Client(options, maxConnections: 4);
    }

    /// <summary>For requests with a route: <see cref="SetRoute"/>.</summary>
    public HttpClient Peers { get; }

    /// <summary>For requests to the host and port of their URL.</summary>
    public HttpClient Plain { get; }

    /// <summary>Sends a request the way that discovery found: its URL, its <c>Host</c>, and where the connection goes.</summary>
    /// <exception cref="ServerNotFoundException">The names make no URL.</exception>
    public static void SetRoute(HttpRequestMessage request, ServerRoute route, string target)
    {
        var host = route.CertificateName.Contains(':') ? $"[{route.CertificateName}]" : route.CertificateName;

        // What is signed is what is sent: no second opinion on which characters to escape.
        var asIs = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        request.RequestUri = Uri.TryCreate($"https://{host}:{route.Targets[0].Port}{target}", asIs, out var uri)
            ? uri
            : throw new ServerNotFoundException($"{host} is no name of a host.");
        request.Headers.Host = route.HostHeader;
        request.Options.Set(RouteKey, route);
    }

    public void Dispose()
    {
        Peers.Dispose();
        Plain.Dispose();
    }

    HttpClient Client(FederationOptions options, int maxConnections)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = ConnectTimeout,
            MaxConnectionsPerServer = maxConnections,
            MaxResponseHeadersLength = 32,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
            ConnectCallback = ConnectAsync,
        };
        if (options.Authorities.Count > 0)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                AuthorityTrust.IsTrusted(certificate, chain, errors, options.Authorities);
        }

        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", options.UserAgent);
        return client;
    }

    async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<RouteTarget> targets = context.InitialRequestMessage.Options.TryGetValue(RouteKey, out var route)
            ? route.Targets
            : [new RouteTarget(context.DnsEndPoint.Host, context.DnsEndPoint.Port)];
        IOException? failure = null;
        foreach (var target in targets)
        {
            var found = await _names.FindAddressesAsync(target.Host, cancellationToken);
            if (found.Count == 0)
                failure = new IOException($"{target.Host} has no address.");
            foreach (var address in found)
            {
                if (!_allowPrivate && PrivateAddresses.Contains(address))
                {
                    failure = new IOException($"{target.Host} is at {address}, where this server does not connect to.");
                    continue;
                }

                try
                {
                    return await ConnectAsync(new IPEndPoint(address, target.Port), cancellationToken);
                }
                catch (Exception refused) when (refused is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
                {
                    failure = new IOException($"{target.Host} at {address} port {target.Port}: {refused.Message}", refused);
                }
            }
        }

        throw failure!;
    }

    static async ValueTask<Stream> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // One address of several may be a black hole.
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(AddressTimeout);
            await socket.ConnectAsync(address, timeout.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
