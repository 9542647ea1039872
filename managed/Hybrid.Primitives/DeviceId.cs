using System.Text.Json.Serialization;

namespace Hybrid.Primitives;

/// <summary>A device of a user: an opaque string of 1 to 255 characters, unique per user (specification, "Relationship between access tokens and devices").</summary>
[JsonConverter(typeof(IdentifierJsonConverter<DeviceId>))]
public readonly record struct DeviceId : IIdentifier<DeviceId>
{
    const int MaxLength = 255;

    readonly string? _value;

    DeviceId(string value) => _value = value;

    public string Value => _value ?? "";

    public static bool TryParse(string? text, out DeviceId identifier)
    {
        var valid = text is { Length: > 0 and <= MaxLength } && !text.Contains('\0', StringComparison.Ordinal);
        identifier = valid ? new DeviceId(text!) : default;
        return valid;
    }

    /// <summary>Parses <paramref name="text"/> or throws <see cref="FormatException"/>.</summary>
    public static DeviceId Parse(string text) =>
        TryParse(text, out var identifier) ? identifier : throw new FormatException($"'{text}' is not a valid DeviceId.");

    public override string ToString() => Value;
}
