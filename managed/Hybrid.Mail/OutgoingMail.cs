namespace Hybrid.Mail;

/// <summary>A message to one person.</summary>
/// <param name="To">Who gets it.</param>
/// <param name="Subject">One line; line breaks become spaces.</param>
/// <param name="Text">The message as plain text. Every message has one: some people read nothing else.</param>
public sealed record OutgoingMail(EmailAddress To, string Subject, string Text)
{
    /// <summary>The same message as a whole HTML document, or null. Whoever fills it in has escaped what users wrote.</summary>
    public string? Html { get; init; }

    /// <summary>
    /// Where a POST without a session ends messages of this kind (RFC 8058); mail programs show it as a button. Null for messages
    /// that someone asked for, such as the confirmation of an address.
    /// </summary>
    public Uri? Unsubscribe { get; init; }
}
