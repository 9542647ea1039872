using System.Diagnostics.CodeAnalysis;
using System.Text;
using Hybrid.Primitives;

namespace Hybrid.Federation.Requests;

/// <summary>The parameters of an <c>Authorization: X-Matrix</c> header (server-server API, "Request Authentication").</summary>
/// <param name="Origin">Who asks.</param>
/// <param name="Destination">Who is asked; null from servers older than v1.3 of the specification.</param>
/// <param name="KeyId">The key of <paramref name="Origin"/> that signed.</param>
/// <param name="Signature">The signature, in base64.</param>
public sealed record XMatrix(ServerName Origin, ServerName? Destination, string KeyId, string Signature)
{
    const string Scheme = "X-Matrix";

    // A key ID and a signature take far less; nothing longer is looked at.
    const int MaxLength = 2048;

    /// <summary>Whether a header has this scheme, however it goes on.</summary>
    public static bool IsScheme(string header) =>
        header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && (header.Length == Scheme.Length || header[Scheme.Length] is ' ' or '\t');

    /// <summary>The headers in a line: some proxies put repeated ones into one line, with a comma between them.</summary>
    public static IEnumerable<string> Split(string line)
    {
        const string Next = Scheme + " ";
        while (line.IndexOf(Next, Math.Min(1, line.Length), StringComparison.OrdinalIgnoreCase) is > 0 and var at && line.AsSpan(0, at).TrimEnd() is [.., ','])
        {
            yield return line[..at].TrimEnd(' ', '\t', ',');
            line = line[at..];
        }

        yield return line;
    }

    /// <summary>
    /// Reads a header as tolerantly as the specification asks: parameters in any order, values with or without quotes, with colons too, and unknown
    /// parameters. False when one that is needed is missing, twice there or of the wrong kind.
    /// </summary>
    public static bool TryParse(string header, [NotNullWhen(true)] out XMatrix? parsed)
    {
        parsed = null;
        if (!IsScheme(header) || header.Length > MaxLength)
            return false;

        string? origin = null, destination = null, key = null, signature = null;
        var rest = header.AsSpan(Scheme.Length);
        while (!(rest = rest.TrimStart(" \t,")).IsEmpty)
        {
            if (!TryReadParameter(ref rest, out var name, out var value))
                return false;

            var isNew = name switch
            {
                "origin" => Set(ref origin, value),
                "destination" => Set(ref destination, value),
                "key" => Set(ref key, value),
                "sig" => Set(ref signature, value),
                _ => true,
            };
            if (!isNew)
                return false;
        }

        if (!ServerName.TryParse(origin, out var from) || string.IsNullOrEmpty(key) || string.IsNullOrEmpty(signature))
            return false;

        ServerName? to = null;
        if (destination is not null)
        {
            if (!ServerName.TryParse(destination, out var named))
                return false;
            to = named;
        }

        parsed = new XMatrix(from, to, key, signature);
        return true;
    }

    /// <summary>The header as all servers understand it.</summary>
    public override string ToString() => $"{Scheme} origin=\"{Origin}\",destination=\"{Destination}\",key=\"{KeyId}\",sig=\"{Signature}\"";

    static bool Set(ref string? parameter, string value)
    {
        var isNew = parameter is null;
        parameter = value;
        return isNew;
    }

    static bool TryReadParameter(ref ReadOnlySpan<char> rest, out string name, out string value)
    {
        (name, value) = ("", "");
        var equals = rest.IndexOf('=');
        if (equals <= 0)
            return false;

        name = rest[..equals].TrimEnd(" \t").ToString().ToLowerInvariant();
        rest = rest[(equals + 1)..].TrimStart(" \t");
        if (!rest.IsEmpty && rest[0] == '"')
            return TryReadQuoted(ref rest, out value);

        var end = rest.IndexOf(',');
        value = (end < 0 ? rest : rest[..end]).TrimEnd(" \t").ToString();
        rest = end < 0 ? [] : rest[end..];
        return !value.AsSpan().ContainsAny(" \t\"");
    }

    static bool TryReadQuoted(ref ReadOnlySpan<char> rest, out string value)
    {
        var text = new StringBuilder();
        for (var at = 1; at < rest.Length; at++)
        {
            switch (rest[at])
            {
                case '\\' when at + 1 < rest.Length:
                    text.Append(rest[++at]);
                    break;
                case '"':
                    value = text.ToString();
                    rest = rest[(at + 1)..].TrimStart(" \t");
                    return rest.IsEmpty || rest[0] == ',';
                default:
                    text.Append(rest[at]);
                    break;
            }
        }

        value = "";
        return false;
    }
}
