using System.Globalization;
using System.Net;

namespace Hybrid.Server.Configuration;

/// <summary>One address that the server listens on, written as a URL without a path: <c>http://127.0.0.1:8008</c>.</summary>
/// <param name="Tls">Whether connections are TLS (<c>https</c>).</param>
/// <param name="Host">An IP address (IPv6 without brackets), <c>localhost</c>, or <c>*</c> for every address.</param>
/// <param name="Port">0 lets the system choose.</param>
public sealed record ListenAddress(bool Tls, string Host, int Port)
{
    public const string Allowed =
        "http:// or https:// followed by an IP address, localhost or *, and a port, such as http://127.0.0.1:8008";

    /// <exception cref="FormatException">The text is not such an address.</exception>
    public static ListenAddress Parse(string text)
    {
        var tls = text.StartsWith("https://", StringComparison.Ordinal);
        if (!tls && !text.StartsWith("http://", StringComparison.Ordinal))
            throw new FormatException(Allowed);

        var authority = text[(tls ? 8 : 7)..].TrimEnd('/');
        var colon = authority.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(authority[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            throw new FormatException(Allowed);

        var host = authority[..colon];
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (bracketed)
            host = host[1..^1];
        // An address with colons and no brackets could swallow its own last group as the port.
        var valid = host is "*" or "localhost" && !bracketed || (IPAddress.TryParse(host, out _) && host.Contains(':') == bracketed);
        return valid ? new ListenAddress(tls, host, port) : throw new FormatException(Allowed);
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Tls ? "https" : "http")}://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}");
}
