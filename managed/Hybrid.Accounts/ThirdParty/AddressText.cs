using System.Globalization;
using Hybrid.Storage.ThirdParty;
using PhoneNumbers;

namespace Hybrid.Accounts.ThirdParty;

/// <summary>Reads e-mail addresses and telephone numbers as people write them.</summary>
public static class AddressText
{
    // RFC 5321, 4.5.3.1.3: a path has 256 octets, two of them are its brackets.
    const int MaxEmail = 254;

    /// <summary>The address in its canonical form, which is small letters (specification, appendices, "3PID Types"); null when it is none.</summary>
    public static ThirdPartyAddress? Email(string text)
    {
        var at = text.LastIndexOf('@');
        if (at <= 0 || at == text.Length - 1 || text.Length > MaxEmail || text.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c) || "<>,;:()[]\\\"".Contains(c, StringComparison.Ordinal)))
            return null;

        return text.IndexOf('@', StringComparison.Ordinal) == at ? new ThirdPartyAddress(ThirdPartyAddress.Email, text.ToLower(CultureInfo.InvariantCulture)) : null;
    }

    /// <summary>A number as digits with its country code; null when it is none of the country (a two-letter code of ISO 3166-1).</summary>
    public static ThirdPartyAddress? Telephone(string country, string number)
    {
        const int MaxText = 64;
        if (number.Length > MaxText)
            return null;

        var numbers = PhoneNumberUtil.GetInstance();
        try
        {
            var parsed = numbers.Parse(number, country.ToUpperInvariant());
            return numbers.IsPossibleNumber(parsed) ? new ThirdPartyAddress(ThirdPartyAddress.Telephone, numbers.Format(parsed, PhoneNumberFormat.E164)[1..]) : null;
        }
        catch (NumberParseException)
        {
            return null;
        }
    }

    /// <summary>An address of a medium that is in its canonical form, or nearly; null when it is none.</summary>
    public static ThirdPartyAddress? Of(string medium, string address) => medium switch
    {
        ThirdPartyAddress.Email => Email(address),
        ThirdPartyAddress.Telephone when address.Length is > 3 and < 16 && address.All(char.IsAsciiDigit) => new ThirdPartyAddress(medium, address),
        _ => null,
    };
}
