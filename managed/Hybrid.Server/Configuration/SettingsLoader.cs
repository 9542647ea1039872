using System.Collections;

namespace Hybrid.Server.Configuration;

/// <summary>Settings with where each value that is not a default came from, by key.</summary>
public sealed record LoadedSettings(HybridSettings Settings, IReadOnlyDictionary<string, string> Origins);

/// <summary>Puts the settings together: the defaults, then the file, then the environment.</summary>
public static class SettingsLoader
{
    /// <param name="file">The path of a TOML file, or null for none.</param>
    /// <param name="environment">Environment variables; an empty one counts as not set.</param>
    /// <exception cref="SettingsException">Anything is wrong; all problems are named at once.</exception>
    public static LoadedSettings Load(string? file, IReadOnlyDictionary<string, string> environment)
    {
        var problems = new List<string>();
        var values = file is null ? [] : SettingsFile.Read(file, problems);
        foreach (var setting in SettingTable.All)
        {
            if (environment.TryGetValue(setting.EnvironmentVariable, out var text) && text != "")
                values[setting.Key] = new SettingValue([text], IsArray: false, $"environment variable {setting.EnvironmentVariable}");
        }

        var settings = new HybridSettings();
        foreach (var setting in SettingTable.All)
        {
            if (values.TryGetValue(setting.Key, out var value))
                settings = Apply(settings, setting, value, problems);
        }

        settings = Complete(settings, values);
        // A value that was refused is missing here too: to say so again would mislead.
        if (problems.Count == 0)
            Check(settings, problems);
        return problems.Count == 0
            ? new LoadedSettings(settings, values.ToDictionary(value => value.Key, value => value.Value.Origin))
            : throw new SettingsException(problems);
    }

    /// <summary>The variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .ToDictionary(entry => (string)entry.Key, entry => entry.Value as string ?? "", StringComparer.Ordinal);

    /// <summary>Variables that look like settings and are none: most likely misspelled.</summary>
    public static IReadOnlyList<string> UnknownVariables(IReadOnlyDictionary<string, string> environment) =>
    [
        .. environment.Keys
            .Where(name => name.StartsWith("HYBRID_", StringComparison.Ordinal))
            .Except(SettingTable.All.Select(setting => setting.EnvironmentVariable), StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    static HybridSettings Apply(HybridSettings settings, Setting setting, SettingValue value, List<string> problems)
    {
        try
        {
            return setting.Apply(settings, value);
        }
        catch (FormatException refusal)
        {
            var written = setting.Secret || setting.MayHoldPassword ? "its value" : $"'{string.Join(", ", value.Items)}'";
            var better = refusal.Message == new FormatException().Message ? "" : refusal.Message;
            var reason = setting.Allowed.StartsWith(better, StringComparison.Ordinal) ? "" : $" ({better})";
            problems.Add($"{setting.Key}: {written} from {value.Origin} is not allowed{reason}; allowed: {setting.Allowed}.");
            return settings;
        }
    }

    static HybridSettings Complete(HybridSettings settings, Dictionary<string, SettingValue> values)
    {
        if (settings.DatabasePath == "")
            settings = settings with { DatabasePath = Path.Combine(settings.DataFolder, SettingTable.DatabaseFile) };
        if (values.ContainsKey("public_base_url"))
            return settings;

        var name = settings.ServerName.Value;
        return settings with
        {
            PublicBaseUrl = name == "localhost" ? Reachable(settings.Listen[0]) : new Uri($"https://{name}"),
        };
    }

    static Uri Reachable(ListenAddress address) => new((address.Host == "*" ? address with { Host = "localhost" } : address).ToString());

    static void Check(HybridSettings settings, List<string> problems)
    {
        if (settings is { TlsCertificatePath: null, TlsKeyPath: not null })
            problems.Add("tls_cert: not set although tls_key is; both are needed for TLS.");
        if (settings is { TlsCertificatePath: not null, TlsKeyPath: null })
            problems.Add("tls_key: not set although tls_cert is; both are needed for TLS.");
        if (settings.TlsCertificatePath is null && settings.Listen.FirstOrDefault(address => address.Tls) is { } encrypted)
            problems.Add($"tls_cert: not set although listen has {encrypted}; an https address needs tls_cert and tls_key.");
        if (settings.Oidc is { Issuer: not null, ClientId: null })
            problems.Add("oidc_client_id: not set although oidc_issuer is.");
        if (settings.MediaObjects is { Bucket: not null, Key: null } or { Bucket: not null, Secret: null })
            problems.Add("media_s3_key: not set although media_s3_bucket is; it is needed together with media_s3_secret.");
        if (settings.Smtp is { Host: not null, From: null })
            problems.Add("smtp_from: not set although smtp_host is; mail needs a sender.");
        if (settings.Smtp is { User: null, Password: not null })
            problems.Add("smtp_user: not set although smtp_password is.");
    }
}
