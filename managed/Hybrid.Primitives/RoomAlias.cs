using System.Text.Json.Serialization;

namespace Hybrid.Primitives;

/// <summary>A room alias: <c>#name:server</c>, at most 255 bytes (specification, appendices, "Room Aliases").</summary>
[JsonConverter(typeof(IdentifierJsonConverter<RoomAlias>))]
public readonly record struct RoomAlias : IIdentifier<RoomAlias>, IComparable<RoomAlias>
{
    readonly string? _value;

    RoomAlias(string value) => _value = value;

    public string Value => _value ?? "";

    public static bool TryParse(string? text, out RoomAlias identifier)
    {
        var valid = SigilGrammar.IsValid(text, '#', true);
        identifier = valid ? new RoomAlias(text!) : default;
        return valid;
    }

    /// <summary>Parses <paramref name="text"/> or throws <see cref="FormatException"/>.</summary>
    public static RoomAlias Parse(string text) =>
        TryParse(text, out var identifier) ? identifier : throw new FormatException($"'{text}' is not a valid RoomAlias.");

    /// <summary>The part before the first colon, without the sigil.</summary>
    public string Localpart => Value[1..Value.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>The server that the identifier belongs to.</summary>
    public ServerName Server => ServerName.Parse(Value[(Value.IndexOf(':', StringComparison.Ordinal) + 1)..]);

    public int CompareTo(RoomAlias other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;

    public static bool operator <(RoomAlias left, RoomAlias right) => left.CompareTo(right) < 0;

    public static bool operator >(RoomAlias left, RoomAlias right) => left.CompareTo(right) > 0;

    public static bool operator <=(RoomAlias left, RoomAlias right) => left.CompareTo(right) <= 0;

    public static bool operator >=(RoomAlias left, RoomAlias right) => left.CompareTo(right) >= 0;
}
