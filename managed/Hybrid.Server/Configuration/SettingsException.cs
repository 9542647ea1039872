namespace Hybrid.Server.Configuration;

/// <summary>The configuration is wrong: each problem names the setting, where its value came from and what is allowed.</summary>
public sealed class SettingsException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
