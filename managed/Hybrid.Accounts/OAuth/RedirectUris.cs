namespace Hybrid.Accounts.OAuth;

/// <summary>Where a client may be sent to (specification, client-server API, "Redirect URI validation"; RFC 8252).</summary>
public static class RedirectUris
{
    const int MaxLength = 2048;

    /// <summary>Whether a URI can be a client's: HTTPS, nobody named in it, a host with a dot.</summary>
    public static bool IsClientUri(string? text, out Uri uri)
    {
        uri = null!;
        if (text is null || text.Length > MaxLength || !Uri.TryCreate(text, UriKind.Absolute, out var parsed))
            return false;

        uri = parsed;
        return parsed.Scheme == Uri.UriSchemeHttps && parsed.UserInfo.Length == 0 && parsed.HostNameType == UriHostNameType.Dns && parsed.Host.Contains('.', StringComparison.Ordinal);
    }

    /// <summary>Whether a client may register the redirect URI.</summary>
    public static bool IsAllowed(string text, Uri client, bool isNative)
    {
        if (text.Length > MaxLength || text.Contains('#', StringComparison.Ordinal) || !Uri.TryCreate(text, UriKind.Absolute, out var uri))
            return false;
        if (uri.Scheme == Uri.UriSchemeHttps)
            return IsClientUri(text, out _) && IsUnder(uri.Host, client.Host);

        return isNative && (uri.Scheme == Uri.UriSchemeHttp ? IsLoopback(text, uri) && uri.IsDefaultPort && !HasPort(text) : IsPrivateUse(text, uri, client));
    }

    /// <summary>Whether a redirect URI of a request is one that was registered; on loopback every port is right.</summary>
    public static bool Matches(string registered, string given)
    {
        if (registered == given)
            return true;

        return Uri.TryCreate(registered, UriKind.Absolute, out var known) && Uri.TryCreate(given, UriKind.Absolute, out var uri)
            && known.Scheme == Uri.UriSchemeHttp && uri.Scheme == Uri.UriSchemeHttp && IsLoopback(registered, known) && uri.UserInfo.Length == 0
            && known.Host == uri.Host && known.PathAndQuery == uri.PathAndQuery && !given.Contains('#', StringComparison.Ordinal);
    }

    static bool IsLoopback(string text, Uri uri) =>
        uri.Host is "localhost" or "127.0.0.1" or "[::1]" && uri.UserInfo.Length == 0 && text.StartsWith("http://", StringComparison.OrdinalIgnoreCase);

    static bool HasPort(string text)
    {
        var authority = text["http://".Length..].Split('/', '?')[0];
        return authority.LastIndexOf(':') > authority.LastIndexOf(']');
    }

    // "The scheme MUST be prefixed with the client URI hostname in reverse-DNS notation", and there is no authority.
    static bool IsPrivateUse(string text, Uri uri, Uri client)
    {
        var reversed = string.Join('.', client.Host.Split('.').Reverse());
        return (uri.Scheme == reversed || uri.Scheme.StartsWith(reversed + ".", StringComparison.Ordinal))
            && !text.AsSpan(uri.Scheme.Length + 1).StartsWith("//", StringComparison.Ordinal);
    }

    static bool IsUnder(string host, string client) => host == client || host.EndsWith("." + client, StringComparison.OrdinalIgnoreCase);
}
