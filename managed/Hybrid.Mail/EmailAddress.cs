using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MimeKit;

namespace Hybrid.Mail;

/// <summary>
/// An e-mail address <c>local@domain</c> that mail can be sent to: no display name, no comment, no line break that could smuggle
/// in headers. Kept as it was written; <see cref="Canonical"/> is what addresses are compared by.
/// </summary>
public sealed record EmailAddress
{
    /// <summary>The longest address, in characters (RFC 5321, 4.5.3.1: a path of 256 octets with its brackets).</summary>
    public const int MaxLength = 254;

    EmailAddress(string value) => Value = value;

    public string Value { get; }

    /// <summary>
    /// The form under which the same mailbox is found again (specification, "Adding Account Administrative Contact Information":
    /// the address in small letters).
    /// </summary>
    public string Canonical => Value.ToLower(CultureInfo.InvariantCulture);

    public static bool TryParse(string? text, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = null;
        if (text is null || text.Length > MaxLength || text.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or ',' or ';'))
            return false;
        // A dot in the domain is not asked for: a server on a private network may well send to user@localhost.
        if (!MailboxAddress.TryParse(text, out var mailbox) || mailbox.Address != text || mailbox.LocalPart == "" || mailbox.Domain == "")
            return false;

        address = new EmailAddress(text);
        return true;
    }

    public override string ToString() => Value;
}
