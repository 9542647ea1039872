using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;

namespace Hybrid.Primitives;

/// <summary>A server name: host name, IPv4 or bracketed IPv6 address with an optional port (specification, appendices, "Server Name").</summary>
[JsonConverter(typeof(IdentifierJsonConverter<ServerName>))]
public readonly record struct ServerName : IIdentifier<ServerName>
{
    const int MaxLength = 230;

    readonly string? _value;

    ServerName(string value) => _value = value;

    public string Value => _value ?? "";

    public static bool TryParse(string? text, out ServerName identifier)
    {
        identifier = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
            return false;

        var host = text.AsSpan();
        var colon = host.LastIndexOf(':');
        if (colon >= 0 && !host[colon..].Contains(']'))
        {
            var port = host[(colon + 1)..];
            if (port.Length is 0 or > 5 || port.ContainsAnyExceptInRange('0', '9'))
                return false;
            host = host[..colon];
        }

        if (!IsHost(host))
            return false;

        identifier = new ServerName(text);
        return true;
    }

    /// <summary>Parses <paramref name="text"/> or throws <see cref="FormatException"/>.</summary>
    public static ServerName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is not a server name.");

    public override string ToString() => Value;

    static bool IsHost(ReadOnlySpan<char> host)
    {
        if (host.IsEmpty)
            return false;
        if (host[0] == '[')
            return host[^1] == ']' && IsIPv6(host[1..^1]);

        foreach (var c in host)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.'))
                return false;
        }

        return true;
    }

    // The parser also takes a zone, which means something on one machine only, and the length of a prefix.
    static bool IsIPv6(ReadOnlySpan<char> literal) =>
        !literal.ContainsAny('%', '/') && IPAddress.TryParse(literal, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;
}
