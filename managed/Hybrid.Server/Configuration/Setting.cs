namespace Hybrid.Server.Configuration;

/// <summary>One setting: a row of <see cref="SettingTable"/>.</summary>
/// <param name="Key">Its TOML key. The environment variable is the same in capitals after <c>HYBRID_</c>.</param>
/// <param name="Allowed">What a value may be, for the documentation and for the error about a wrong one.</param>
/// <param name="Default">The default as the documentation names it.</param>
/// <param name="Summary">What it decides, in one sentence.</param>
/// <param name="Apply">Puts a value into the settings; a <see cref="FormatException"/> refuses it, saying what is allowed.</param>
/// <param name="Show">The value as TOML, or null when there is none.</param>
sealed record Setting(
    string Key,
    string Allowed,
    string Default,
    string Summary,
    Func<HybridSettings, SettingValue, HybridSettings> Apply,
    Func<HybridSettings, string?> Show)
{
    public string EnvironmentVariable => "HYBRID_" + Key.ToUpperInvariant();

    /// <summary>Whether the value is never printed or logged.</summary>
    public bool Secret { get; init; }

    /// <summary>Whether a value that is refused may have a password in it, and is not repeated in the message.</summary>
    public bool MayHoldPassword { get; init; }
}

/// <summary>A value as the operator wrote it, and where.</summary>
/// <param name="Items">One text, or the elements of a TOML array.</param>
/// <param name="IsArray">Whether it was written as an array.</param>
/// <param name="Origin">The file with its line, or the environment variable.</param>
sealed record SettingValue(IReadOnlyList<string> Items, bool IsArray, string Origin)
{
    /// <exception cref="FormatException">It is an array.</exception>
    public string Text => IsArray ? throw new FormatException("one value, not an array") : Items[0];

    /// <summary>The elements of the array, or of the comma-separated text.</summary>
    public IEnumerable<string> List => IsArray
        ? Items
        : Items[0].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
