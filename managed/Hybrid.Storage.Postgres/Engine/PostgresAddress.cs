using System.Globalization;

namespace Hybrid.Storage.Postgres.Engine;

/// <summary>Where a database is and who opens it: a URL as libpq writes them, <c>postgres://user:password@host:port/database?option=value</c>.</summary>
public sealed record PostgresAddress
{
    const int DefaultPort = 5432;

    /// <summary>A host name, an address, or the folder of a Unix socket.</summary>
    public required string Host { get; init; }

    public int Port { get; init; } = DefaultPort;

    public required string Database { get; init; }

    public required string User { get; init; }

    public string? Password { get; init; }

    /// <summary>What <c>sslmode</c> says, or null for the driver's own choice.</summary>
    public string? SslMode { get; init; }

    /// <summary>Reads a URL whose parts are percent-encoded where need be. Options are <c>host</c>, for the folder of a Unix socket, and <c>sslmode</c>.</summary>
    /// <exception cref="FormatException">It is no such URL; the message says what is wrong and never repeats it, since it has a password.</exception>
    public static PostgresAddress Parse(string url)
    {
        var rest = url.StartsWith("postgres://", StringComparison.Ordinal) ? url["postgres://".Length..]
            : url.StartsWith("postgresql://", StringComparison.Ordinal) ? url["postgresql://".Length..]
            : throw new FormatException("a PostgreSQL URL begins with postgres://");
        var (location, options) = Cut(rest, '?');
        var (authority, database) = Cut(location, '/');
        var at = authority.LastIndexOf('@');
        var (user, password) = at < 0 ? ("", null) : Cut(authority[..at], ':');
        var (host, port) = HostAndPort(authority[(at + 1)..]);
        var address = new PostgresAddress
        {
            Host = Uri.UnescapeDataString(host),
            Port = port,
            User = Required(user, "user"),
            Password = password is null ? null : Uri.UnescapeDataString(password),
            Database = Required(database ?? "", "database"),
        };
        foreach (var option in (options ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
            address = address.With(option);
        return address.Host.Length > 0 ? address : address with { Host = "localhost" };
    }

    /// <summary>The URL without its password: for messages.</summary>
    public override string ToString()
    {
        var host = Host.StartsWith('/') ? Uri.EscapeDataString(Host) : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        var port = Port == DefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{Port}");
        return $"postgres://{Uri.EscapeDataString(User)}@{host}{port}/{Uri.EscapeDataString(Database)}";
    }

    PostgresAddress With(string option)
    {
        var (name, value) = Cut(option, '=');
        var text = Uri.UnescapeDataString(value ?? "");
        return name switch
        {
            "host" => this with { Host = text },
            "sslmode" => this with
            {
                SslMode = text switch
                {
                    "disable" => "Disable",
                    "allow" => "Allow",
                    "prefer" => "Prefer",
                    "require" => "Require",
                    "verify-ca" => "VerifyCA",
                    "verify-full" => "VerifyFull",
                    _ => throw new FormatException("sslmode is disable, allow, prefer, require, verify-ca or verify-full"),
                },
            },
            _ => throw new FormatException("the options of a PostgreSQL URL are host and sslmode"),
        };
    }

    static (string Host, int Port) HostAndPort(string text)
    {
        var end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : 0;
        var colon = text.IndexOf(':', end);
        var host = colon < 0 ? text : text[..colon];
        if (host.StartsWith('['))
            host = end > 0 && end == host.Length ? host[1..^1] : throw new FormatException("the host is not an IPv6 address in brackets");
        if (colon < 0)
            return (host, DefaultPort);

        return int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? (host, port)
            : throw new FormatException("the port is no number from 1 to 65535");
    }

    static string Required(string text, string what) =>
        text.Length > 0 ? Uri.UnescapeDataString(text) : throw new FormatException($"the PostgreSQL URL names no {what}");

    static (string Left, string? Right) Cut(string text, char separator)
    {
        var index = text.IndexOf(separator, StringComparison.Ordinal);
        return index < 0 ? (text, null) : (text[..index], text[(index + 1)..]);
    }
}
