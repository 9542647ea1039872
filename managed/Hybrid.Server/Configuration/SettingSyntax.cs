using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Server.Configuration;

/// <summary>How values are written: parsers, each throwing <see cref="FormatException"/> for what it refuses, and their inverses.</summary>
/// <remarks>A <see cref="FormatException"/> without a message means what the row says is allowed; one with a message says it better.</remarks>
static class SettingSyntax
{
    public const string Switch = "on or off";

    public static string NotEmpty(string text) => string.IsNullOrWhiteSpace(text) ? throw new FormatException() : text;

    public static ServerName ParseServerName(string text) => ServerName.TryParse(text, out var name) ? name : throw new FormatException();

    public static IReadOnlyList<T> AtLeastOne<T>(IEnumerable<T> values)
    {
        T[] all = [.. values];
        return all.Length > 0 ? all : throw new FormatException();
    }

    /// <summary>Addresses, each as the network of its own, and networks; the word <c>none</c> alone, or nothing, is none.</summary>
    public static IReadOnlyList<IPNetwork> ParseNetworks(IEnumerable<string> values)
    {
        string[] all = [.. values];
        return all is ["none"] ? [] : [.. all.Select(ParseNetwork)];
    }

    public static string ShowNetwork(IPNetwork network) =>
        network.PrefixLength == Bits(network.BaseAddress) ? network.BaseAddress.ToString() : network.ToString();

    static IPNetwork ParseNetwork(string text)
    {
        if (text.Contains('/'))
            return IPNetwork.TryParse(text, out var network) ? network : throw new FormatException($"'{text}' is no network");

        return IPAddress.TryParse(text, out var address) ? new IPNetwork(address, Bits(address)) : throw new FormatException($"'{text}' is no IP address");
    }

    static int Bits(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;

    public static string ExistingFile(string path) =>
        File.Exists(path) ? path : throw new FormatException($"there is no file '{path}'");

    public static string ExistingFolder(string path) =>
        Directory.Exists(path) ? path : throw new FormatException($"there is no folder '{path}'");

    public static T Choose<T>(string text, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        foreach (var (word, value) in choices)
        {
            if (word == text)
                return value;
        }

        throw new FormatException();
    }

    public static bool ParseSwitch(string text) =>
        Choose(text, ("on", true), ("off", false), ("true", true), ("false", false), ("1", true), ("0", false));

    public static Uri ParseBaseUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new FormatException();
        return url.Query == "" && url.Fragment == "" && url.UserInfo == "" ? new Uri(text.TrimEnd('/')) : throw new FormatException();
    }

    public static HybridSettings ParseDatabase(HybridSettings settings, SettingValue value)
    {
        const string Scheme = "sqlite:";
        if (value.Text.StartsWith(Scheme, StringComparison.Ordinal))
            return settings with { DatabasePath = NotEmpty(value.Text[Scheme.Length..]) };
        if (value.Text.StartsWith("postgres", StringComparison.Ordinal))
            return settings with { Postgres = PostgresAddress.Parse(value.Text) };

        throw new FormatException();
    }

    public static string ParseTurnUri(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "turn" or "turns" && !text.Contains(' ') ? text : throw new FormatException();

    /// <summary>An Ed25519 key as Matrix writes it.</summary>
    public static string ParsePublicKey(string text)
    {
        const int KeyLength = 32;
        Span<byte> key = stackalloc byte[KeyLength];
        return !text.EndsWith('=') && Convert.TryFromBase64String(text + "=", key, out var length) && length == KeyLength ? text : throw new FormatException();
    }

    public static int ParseNumber(string text, int atLeast, int atMost) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= atLeast && number <= atMost
            ? number
            : throw new FormatException();

    public static long ParseSize(string text, long atLeast, long atMost)
    {
        var digits = text.Length;
        while (digits > 0 && !char.IsAsciiDigit(text[digits - 1]))
            digits--;
        var shift = Choose(text[digits..].Trim(), ("", 0), ("B", 0), ("KiB", 10), ("MiB", 20), ("GiB", 30));
        if (!long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new FormatException();
        return number <= atMost >> shift && number << shift >= atLeast ? number << shift : throw new FormatException();
    }

    public static string ShowSize(long bytes)
    {
        foreach (var (unit, shift) in new[] { ("GiB", 30), ("MiB", 20), ("KiB", 10) })
        {
            if (bytes % (1L << shift) == 0)
                return Quote(string.Create(CultureInfo.InvariantCulture, $"{bytes >> shift}{unit}"));
        }

        return bytes.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A length of time of at least a minute.</summary>
    public static TimeSpan ParseDuration(string text)
    {
        var digits = text.Length - 1;
        if (digits < 1 || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new FormatException();

        var unit = Choose(text[digits..], ("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)));
        // A century is as good as for ever, and any date can be counted back by it.
        return number > 0 && number <= TimeSpan.FromDays(36_500) / unit ? number * unit : throw new FormatException();
    }

    public static string ShowDuration(TimeSpan duration)
    {
        var minutes = (long)duration.TotalMinutes;
        return minutes % 1440 == 0 ? $"{minutes / 1440}d" : minutes % 60 == 0 ? $"{minutes / 60}h" : $"{minutes}m";
    }

    public static string OnOff(bool value) => Quote(value ? "on" : "off");

    public static string Array(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Quote))}]";

    public static string? QuoteOrNull(string? value) => value is null ? null : Quote(value);

    /// <summary>A TOML basic string.</summary>
    public static string Quote(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            if (c is '"' or '\\')
                text.Append('\\').Append(c);
            else if (char.IsControl(c))
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else
                text.Append(c);
        }

        return text.Append('"').ToString();
    }
}
