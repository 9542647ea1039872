using System.Text.Encodings.Web;
using Hybrid.Accounts.ThirdParty;
using Hybrid.Mail;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.Identity;

/// <summary>Words the messages that prove addresses, and gives them to mail and to the SMS gateway.</summary>
public sealed class AddressMessages(IMailSender mail, SmsGateway sms, IdentityOptions options) : IAddressMessages
{
    public bool Reaches(string medium) => medium switch
    {
        ThirdPartyAddress.Email => mail.IsSetUp,
        ThirdPartyAddress.Telephone => sms.IsSetUp,
        _ => false,
    };

    public async ValueTask<AddressMessageOutcome> SendAsync(AddressMessage message, CancellationToken cancellationToken)
    {
        if (message.To.Medium == ThirdPartyAddress.Telephone)
            return await sms.SendAsync(message.To.Address, $"{message.Token} is your code for {options.ServerName}. If you did not ask for it, do nothing.", cancellationToken);
        if (message.Link is not { } link || !EmailAddress.TryParse(message.To.Address, out var to))
            return AddressMessageOutcome.Refused;

        var (subject, why) = Words(message.Purpose);
        var letter = new OutgoingMail(to, subject, Text(why, link)) { Html = Html(subject, why, link) };
        return await mail.SendAsync(letter, cancellationToken) switch
        {
            MailOutcome.Sent => AddressMessageOutcome.Sent,
            MailOutcome.Rejected => AddressMessageOutcome.Refused,
            _ => AddressMessageOutcome.Unavailable,
        };
    }

    (string Subject, string Why) Words(AddressPurpose purpose) => purpose switch
    {
        AddressPurpose.Registration => ($"Your new account on {options.ServerName}", $"Someone is making an account on {options.ServerName} with this e-mail address."),
        AddressPurpose.PasswordReset => ($"Another password on {options.ServerName}", $"Someone wants to set another password for the account on {options.ServerName} that has this e-mail address."),
        _ => ($"Your address on {options.ServerName}", $"Someone wants to add this e-mail address to an account on {options.ServerName}."),
    };

    static string Text(string why, Uri link) => $"""
        {why} If it is you, open this page:

        {link.AbsoluteUri}

        If it is not you, do nothing. The page can be used for an hour.

        """;

    static string Html(string subject, string why, Uri link) => $"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>{Encode(subject)}</title></head>
        <body><p>{Encode(why)} If it is you, <a href="{Encode(link.AbsoluteUri)}">confirm it</a>.</p>
        <p>If it is not you, do nothing. The page can be used for an hour.</p></body></html>

        """;

    static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
