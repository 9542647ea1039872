using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hybrid.Primitives;

namespace Hybrid.Federation.Discovery;

/// <summary>A server name taken apart.</summary>
/// <param name="Host">A host name in lower case, or an IP literal without brackets.</param>
/// <param name="Literal">The address, if the host is one.</param>
/// <param name="Port">The port, if the name has one; it may be out of range.</param>
readonly record struct HostAndPort(string Host, IPAddress? Literal, int? Port)
{
    public static HostAndPort Of(ServerName server)
    {
        var text = server.Value;
        var colon = text.LastIndexOf(':');
        var hasPort = colon >= 0 && !text.AsSpan(colon).Contains(']');
        var host = (hasPort ? text[..colon] : text).Trim('[', ']').ToLowerInvariant();
        int? port = hasPort ? int.Parse(text.AsSpan(colon + 1), CultureInfo.InvariantCulture) : null;
        return new HostAndPort(host, ParseLiteral(host), port);
    }

    // The parser also takes "1.2" and "0x7f.0.0.1", which the grammar of server names does not count as addresses.
    static IPAddress? ParseLiteral(string host) =>
        IPAddress.TryParse(host, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == host) ? address : null;
}
