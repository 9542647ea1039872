using System.Text.Json.Serialization;

namespace Hybrid.Primitives;

/// <summary>A user: <c>@localpart:server</c>, at most 255 bytes (specification, appendices, "User Identifiers").</summary>
[JsonConverter(typeof(IdentifierJsonConverter<UserId>))]
public readonly record struct UserId : IIdentifier<UserId>, IComparable<UserId>
{
    readonly string? _value;

    UserId(string value) => _value = value;

    public string Value => _value ?? "";

    public static bool TryParse(string? text, out UserId identifier)
    {
        var valid = SigilGrammar.IsValid(text, '@', true);
        identifier = valid ? new UserId(text!) : default;
        return valid;
    }

    /// <summary>Parses <paramref name="text"/> or throws <see cref="FormatException"/>.</summary>
    public static UserId Parse(string text) =>
        TryParse(text, out var identifier) ? identifier : throw new FormatException($"'{text}' is not a valid UserId.");

    /// <summary>The part before the first colon, without the sigil.</summary>
    public string Localpart => Value[1..Value.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>The server that the identifier belongs to.</summary>
    public ServerName Server => ServerName.Parse(Value[(Value.IndexOf(':', StringComparison.Ordinal) + 1)..]);

    /// <summary>The user <paramref name="localpart"/> on <paramref name="server"/>; <see cref="FormatException"/> when that is no user ID.</summary>
    public static UserId Create(string localpart, ServerName server) => Parse($"@{localpart}:{server}");

    /// <summary>Whether a new account may have this localpart: the strict grammar <c>a-z 0-9 . _ = - / +</c>, not only what is accepted from history.</summary>
    public static bool IsRegistrable(string localpart)
    {
        foreach (var c in localpart)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '_' or '=' or '-' or '/' or '+'))
                return false;
        }

        return localpart.Length > 0;
    }

    public int CompareTo(UserId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;

    public static bool operator <(UserId left, UserId right) => left.CompareTo(right) < 0;

    public static bool operator >(UserId left, UserId right) => left.CompareTo(right) > 0;

    public static bool operator <=(UserId left, UserId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(UserId left, UserId right) => left.CompareTo(right) >= 0;
}
