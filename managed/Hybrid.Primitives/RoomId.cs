using System.Text.Json.Serialization;

namespace Hybrid.Primitives;

/// <summary>A room: <c>!opaque:server</c>, or from room version 12 <c>!</c> and the hash of its create event (MSC4291).</summary>
[JsonConverter(typeof(IdentifierJsonConverter<RoomId>))]
public readonly record struct RoomId : IIdentifier<RoomId>, IComparable<RoomId>
{
    readonly string? _value;

    RoomId(string value) => _value = value;

    public string Value => _value ?? "";

    public static bool TryParse(string? text, out RoomId identifier)
    {
        var valid = SigilGrammar.IsValid(text, '!', false);
        identifier = valid ? new RoomId(text!) : default;
        return valid;
    }

    /// <summary>Parses <paramref name="text"/> or throws <see cref="FormatException"/>.</summary>
    public static RoomId Parse(string text) =>
        TryParse(text, out var identifier) ? identifier : throw new FormatException($"'{text}' is not a valid RoomId.");

    public int CompareTo(RoomId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;

    public static bool operator <(RoomId left, RoomId right) => left.CompareTo(right) < 0;

    public static bool operator >(RoomId left, RoomId right) => left.CompareTo(right) > 0;

    public static bool operator <=(RoomId left, RoomId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(RoomId left, RoomId right) => left.CompareTo(right) >= 0;
}
