using System.Text.RegularExpressions;
using Hybrid.Primitives;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Hybrid.AppServices.Registrations;

/// <summary>Reads registrations, a YAML file each (specification, application service API, "Registration"). Keys that it does not know are left alone.</summary>
public static class RegistrationFile
{
    static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>Every <c>.yaml</c> and <c>.yml</c> file of a folder.</summary>
    /// <exception cref="RegistrationException">A file is no registration.</exception>
    public static IReadOnlyList<AppServiceRegistration> ReadFolder(string folder, ServerName server) =>
    [
        .. Directory.EnumerateFiles(folder).Where(static path => Path.GetExtension(path) is ".yaml" or ".yml").Order(StringComparer.Ordinal)
            .Select(path => Read(path, server)),
    ];

    /// <summary>One file.</summary>
    /// <exception cref="RegistrationException">It is no registration.</exception>
    public static AppServiceRegistration Read(string path, ServerName server)
    {
        try
        {
            return Parse(File.ReadAllText(path), server);
        }
        catch (YamlException exception)
        {
            throw new RegistrationException($"{path}: line {exception.Start.Line}: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new RegistrationException($"{path}: {exception.Message}", exception);
        }
    }

    static AppServiceRegistration Parse(string yaml, ServerName server)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(yaml);
        stream.Load(reader);
        if (stream.Documents is not [{ RootNode: YamlMappingNode root }])
            throw new FormatException("must be one mapping of keys to values");

        var localpart = Text(root, "sender_localpart");
        if (!UserId.TryParse($"@{localpart}:{server}", out var sender))
            throw new FormatException($"sender_localpart: '{localpart}' makes no user ID");

        var namespaces = Find(root, "namespaces") switch
        {
            YamlMappingNode mapping => mapping,
            null => throw new FormatException("namespaces is missing"),
            _ => throw new FormatException("namespaces: must be a mapping"),
        };
        return new AppServiceRegistration(Text(root, "id"), sender, Text(root, "as_token"), Text(root, "hs_token"))
        {
            Url = UrlIn(root),
            Users = NamespacesIn(namespaces, "users"),
            Aliases = NamespacesIn(namespaces, "aliases"),
            Rooms = NamespacesIn(namespaces, "rooms"),
            Protocols = [.. List(root, "protocols").Select(static node => Scalar(node) is { Length: > 0 } name ? name : throw new FormatException("protocols: must be a list of names"))],
            IsRateLimited = Flag(root, "rate_limited") ?? true,
            ReceivesEphemeral = Flag(root, "receive_ephemeral") ?? false,
        };
    }

    static Uri? UrlIn(YamlMappingNode root)
    {
        if (Find(root, "url") is not { } node)
            throw new FormatException("url is missing; it is null for a service that wants no requests");
        if (Scalar(node) is not { Length: > 0 } text)
            return null;

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new FormatException($"url: '{text}' is no http or https URL");
    }

    static IReadOnlyList<Namespace> NamespacesIn(YamlMappingNode namespaces, string kind) =>
    [
        .. List(namespaces, kind).Select(node => node is YamlMappingNode entry
            ? new Namespace(Flag(entry, "exclusive") ?? throw new FormatException($"namespaces.{kind}: exclusive is missing"), Pattern(kind, Text(entry, "regex")))
            : throw new FormatException($"namespaces.{kind}: an entry must have the keys exclusive and regex")),
    ];

    // Without backtracking no pattern takes long; a few need it.
    static Regex Pattern(string kind, string pattern)
    {
        try
        {
            var anchored = $@"\A(?:{pattern})";
            try
            {
                return new Regex(anchored, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            }
            catch (NotSupportedException)
            {
                return new Regex(anchored, RegexOptions.CultureInvariant, MatchTimeout);
            }
        }
        catch (ArgumentException exception)
        {
            throw new FormatException($"namespaces.{kind}: {exception.Message}", exception);
        }
    }

    static string Text(YamlMappingNode mapping, string key) =>
        Find(mapping, key) is not { } node ? throw new FormatException($"{key} is missing")
        : Scalar(node) is { Length: > 0 } text ? text
        : throw new FormatException($"{key}: must be a text");

    static bool? Flag(YamlMappingNode mapping, string key) => Find(mapping, key) is not { } node ? null : Scalar(node) switch
    {
        "true" or "True" or "yes" => true,
        "false" or "False" or "no" => false,
        _ => throw new FormatException($"{key}: must be true or false"),
    };

    static IEnumerable<YamlNode> List(YamlMappingNode mapping, string key) => Find(mapping, key) switch
    {
        null => [],
        YamlSequenceNode sequence => sequence.Children,
        YamlScalarNode scalar when Scalar(scalar) is null => [],
        _ => throw new FormatException($"{key}: must be a list"),
    };

    static YamlNode? Find(YamlMappingNode mapping, string key) => mapping.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;

    /// <summary>The text of a scalar; null for what YAML calls null, and for what is no scalar.</summary>
    static string? Scalar(YamlNode node) => node is not YamlScalarNode scalar ? throw new FormatException("a text was expected, and there is a list or a mapping")
        : scalar is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" or null } ? null
        : scalar.Value;
}
