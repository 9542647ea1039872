namespace Hybrid.Federation.Discovery;

/// <summary>A place to connect to: a host name or IP literal, and a port.</summary>
public readonly record struct RouteTarget(string Host, int Port);

/// <summary>How a server is reached.</summary>
/// <param name="HostHeader">What requests carry as <c>Host</c>.</param>
/// <param name="CertificateName">The host name or address that the certificate must be for, which is also asked for with SNI.</param>
/// <param name="Targets">Where to connect to, the first that answers; never empty.</param>
public sealed record ServerRoute(string HostHeader, string CertificateName, IReadOnlyList<RouteTarget> Targets);

/// <summary>A server's name leads nowhere.</summary>
public sealed class ServerNotFoundException(string message) : Exception(message);
