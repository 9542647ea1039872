using System.Text.Json.Serialization;

namespace Hybrid.Primitives;

/// <summary>An event: <c>$hash</c>, or <c>$opaque:server</c> in room versions 1 and 2.</summary>
[JsonConverter(typeof(IdentifierJsonConverter<EventId>))]
public readonly record struct EventId : IIdentifier<EventId>, IComparable<EventId>
{
    readonly string? _value;

    EventId(string value) => _value = value;

    public string Value => _value ?? "";

    public static bool TryParse(string? text, out EventId identifier)
    {
        var valid = SigilGrammar.IsValid(text, '$', false);
        identifier = valid ? new EventId(text!) : default;
        return valid;
    }

    /// <summary>Parses <paramref name="text"/> or throws <see cref="FormatException"/>.</summary>
    public static EventId Parse(string text) =>
        TryParse(text, out var identifier) ? identifier : throw new FormatException($"'{text}' is not a valid EventId.");

    public int CompareTo(EventId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;

    public static bool operator <(EventId left, EventId right) => left.CompareTo(right) < 0;

    public static bool operator >(EventId left, EventId right) => left.CompareTo(right) > 0;

    public static bool operator <=(EventId left, EventId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EventId left, EventId right) => left.CompareTo(right) >= 0;
}
