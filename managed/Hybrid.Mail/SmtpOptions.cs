namespace Hybrid.Mail;

/// <summary>How the connection to the mail server is protected.</summary>
public enum SmtpTls
{
    /// <summary>The connection turns to TLS before anything is said (RFC 3207); a server that does not offer it gets no mail.</summary>
    StartTls,

    /// <summary>TLS from the first byte (RFC 8314).</summary>
    Implicit,

    /// <summary>No TLS, as for a relay on the same machine.</summary>
    Off,
}

/// <summary>The mail server that takes this server's messages, and in whose name they are sent.</summary>
public sealed record SmtpOptions
{
    /// <summary>Its name or address; null: no mail is sent.</summary>
    public string? Host { get; init; }

    /// <summary>Its port; null: the usual one for <see cref="Tls"/>.</summary>
    public int? Port { get; init; }

    public SmtpTls Tls { get; init; }

    /// <summary>The account to log in with, together with <see cref="Password"/>; null: without a login.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>The sender: an address, or a name with an address in angle brackets.</summary>
    public string? From { get; init; }

    /// <summary>PEM file with certificate authorities to trust beside the system's; null for none.</summary>
    public string? AuthorityPath { get; init; }

    /// <summary>The port in use.</summary>
    public int EffectivePort => Port ?? Tls switch
    {
        SmtpTls.StartTls => 587,
        SmtpTls.Implicit => 465,
        _ => 25,
    };

    /// <summary>Whether a text can stand as <see cref="From"/>.</summary>
    public static bool IsSender(string text) =>
        MimeKit.MailboxAddress.TryParse(text, out var mailbox) && EmailAddress.TryParse(mailbox.Address, out _);
}
