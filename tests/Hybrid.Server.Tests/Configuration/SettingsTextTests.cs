using System.Runtime.CompilerServices;
using Hybrid.Server.Configuration;
using Xunit;

namespace Hybrid.Server.Tests.Configuration;

public sealed class SettingsTextTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_page_about_the_settings_is_up_to_date() =>
        Assert.Equal(SettingsText.Reference(), File.ReadAllText(InRepository("docs/configuration.md")));

    [Fact]
    public void The_documented_defaults_are_the_real_ones()
    {
        var defaults = SettingsLoader.Load(null, new Dictionary<string, string>());

        foreach (var setting in SettingTable.All.Where(row => !row.Default.StartsWith("none", StringComparison.Ordinal) && !row.Default.Contains(' ')))
        {
            var stated = SettingsLoader.Load(null, new Dictionary<string, string> { [setting.EnvironmentVariable] = setting.Default });
            Assert.Equal(setting.Show(defaults.Settings), setting.Show(stated.Settings));
        }
    }

    [Fact]
    public void The_effective_settings_are_a_file_that_says_the_same()
    {
        var odd = _folder.Write("od\"d \\ näme,.pem", "");
        var written = _folder.Write("first.toml", $"""
            server_name = "example.org"
            listen = ["http://*:80", "http://[::1]:8008"]
            trusted_proxies = ["10.0.0.1", "fd00::/8", "::1"]
            max_upload_size = "3MiB"
            federation_ca = '{odd}'
            appservices = '{Path.GetDirectoryName(odd)}'
            allow_private_addresses = true
            """);
        var effective = SettingsText.Effective(SettingsLoader.Load(written, new Dictionary<string, string>()));

        var again = SettingsText.Effective(SettingsLoader.Load(_folder.Write("second.toml", effective), new Dictionary<string, string>()));

        static IEnumerable<string> Values(string text) => text.Split('\n').Select(line => line.Split(" # ")[0]);
        Assert.Equal(Values(effective), Values(again));
        Assert.Contains("allow_private_addresses = \"on\"", effective, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_are_masked()
    {
        var loaded = SettingsLoader.Load(null, new Dictionary<string, string> { ["HYBRID_REGISTRATION_SHARED_SECRET"] = "correct horse" });

        var text = SettingsText.Effective(loaded);

        Assert.DoesNotContain("correct horse", text, StringComparison.Ordinal);
        Assert.Contains("registration_shared_secret = \"********\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_unique_and_in_snake_case()
    {
        Assert.Equal(SettingTable.All.Count, SettingTable.All.Select(setting => setting.Key).Distinct().Count());
        Assert.All(SettingTable.All, setting => Assert.Matches("^[a-z]+(_[a-z0-9]+)*$", setting.Key));
        Assert.All(SettingTable.All, setting => Assert.EndsWith(".", setting.Summary, StringComparison.Ordinal));
    }

    static string InRepository(string path, [CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../..", path));
}
