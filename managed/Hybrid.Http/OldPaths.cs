namespace Hybrid.Http;

/// <summary>
/// The names that operations had before they were stable, and that released clients still use: the <c>r0</c> prefix, the
/// <c>unstable</c> prefix, and those of the proposals that brought them.
/// </summary>
static class OldPaths
{
    const string Client = "/_matrix/client/";
    const string Media = "/_matrix/media/";
    const string Unstable = "/_matrix/client/unstable/";

    // The first that fits wins.
    static readonly (string Old, string Stable)[] Prefixes =
    [
        (Client + "r0/", Client + "v3/"),
        (Media + "r0/", Media + "v3/"),
        (Media + "v1/create", Media + "v1/create"),
        (Media + "v1/", Media + "v3/"),
        (Media + "unstable/fi.mau.msc2246/create", Media + "v1/create"),
        (Media + "unstable/fi.mau.msc2246/upload/", Media + "v3/upload/"),
        (Unstable + "org.matrix.msc2432/rooms/", Client + "v3/rooms/"),
        (Unstable + "org.matrix.msc2946/rooms/", Client + "v1/rooms/"),
        (Unstable + "org.matrix.msc3030/rooms/", Client + "v1/rooms/"),
        (Unstable + "org.matrix.msc3856/rooms/", Client + "v1/rooms/"),
        (Unstable + "org.matrix.msc3231/register/org.matrix.msc3231.login.registration_token/validity", Client + "v1/register/m.login.registration_token/validity"),
        (Unstable + "org.matrix.msc3882/login/get_token", Client + "v1/login/get_token"),
        (Unstable + "org.matrix.msc3916/media/", Client + "v1/media/"),
        (Unstable + "im.nheko.summary/summary/", Client + "v1/room_summary/"),
        (Unstable + "xyz.amorgan.knock/knock/", Client + "v3/knock/"),
    ];

    /// <summary>The stable form of a path; null when it is one.</summary>
    internal static string? Stable(string path)
    {
        if (!path.StartsWith(Client, StringComparison.Ordinal) && !path.StartsWith(Media, StringComparison.Ordinal))
            return null;
        if (!path.StartsWith(Unstable, StringComparison.Ordinal) && path.StartsWith(Client + "v", StringComparison.Ordinal))
            return null;

        foreach (var (old, stable) in Prefixes)
        {
            if (path.StartsWith(old, StringComparison.Ordinal))
                return old == stable ? null : string.Concat(stable, path.AsSpan(old.Length));
        }

        return path.StartsWith(Unstable, StringComparison.Ordinal) ? OfUnstable(path.AsSpan(Unstable.Length)) : null;
    }

    /// <summary>The stable form of a request target, which may have its origin before the path.</summary>
    internal static string StableTarget(string target)
    {
        var start = target.StartsWith('/') ? 0 : target.IndexOf("/_matrix/", StringComparison.Ordinal);
        return start < 0 ? target : string.Concat(target.AsSpan(0, start), Stable(target[start..]) ?? target[start..]);
    }

    // Names without a dot were those of operations, tried out before any were stable; names with one belong to proposals.
    static string? OfUnstable(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf('/');
        var first = end < 0 ? rest : rest[..end];
        if (first.Contains('.'))
            return null;

        return string.Concat(Client, first is "rooms" && rest.Contains("/relations/", StringComparison.Ordinal) ? "v1/" : "v3/", rest);
    }
}
