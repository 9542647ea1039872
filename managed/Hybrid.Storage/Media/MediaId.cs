using System.Buffers;
using Hybrid.Primitives;

namespace Hybrid.Storage.Media;

/// <summary>The media ID of an <c>mxc://</c> URI: <c>A-Za-z0-9_-</c> only, so that it can never walk a path (specification, "Content repository").</summary>
public readonly record struct MediaId : IIdentifier<MediaId>
{
    const int MaxLength = 255;

    static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    readonly string? _value;

    MediaId(string value) => _value = value;

    public string Value => _value ?? "";

    public static bool TryParse(string? text, out MediaId identifier)
    {
        var valid = text is { Length: > 0 and <= MaxLength } && !text.AsSpan().ContainsAnyExcept(Allowed);
        identifier = valid ? new MediaId(text!) : default;
        return valid;
    }

    /// <summary>Parses <paramref name="text"/> or throws <see cref="FormatException"/>.</summary>
    public static MediaId Parse(string text) =>
        TryParse(text, out var identifier) ? identifier : throw new FormatException($"'{text}' is not a media ID.");

    public override string ToString() => Value;
}
