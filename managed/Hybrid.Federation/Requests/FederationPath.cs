using System.Text;

namespace Hybrid.Federation.Requests;

/// <summary>Puts the target of a request together, encoded in the one way in which it is signed and sent.</summary>
public static class FederationPath
{
    /// <summary>
    /// A path such as <c>/_matrix/federation/v1/event/%24abc</c>: <paramref name="api"/> is taken as it is, each of
    /// <paramref name="segments"/> is percent-encoded, its slashes too.
    /// </summary>
    /// <param name="api">What the specification writes before the first parameter, such as <c>federation/v1/event</c>.</param>
    /// <param name="segments">The parameters, and fixed words between them.</param>
    public static string Of(string api, params ReadOnlySpan<string> segments)
    {
        var path = new StringBuilder("/_matrix/").Append(api);
        foreach (var segment in segments)
            path.Append('/').Append(Uri.EscapeDataString(segment));
        return path.ToString();
    }

    /// <summary>A path with a query; parameters without a value are left out, and a name may come several times.</summary>
    public static string WithQuery(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var target = new StringBuilder(path);
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (value is null)
                continue;

            target.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return target.ToString();
    }
}
