namespace Hybrid.Mail;

/// <summary>What became of a message.</summary>
public enum MailOutcome
{
    /// <summary>The mail server has taken it over.</summary>
    Sent,

    /// <summary>The mail server will never take it, as for an address that does not exist: trying again is of no use.</summary>
    Rejected,

    /// <summary>The mail server could not be reached, or has put it off: worth another try later.</summary>
    Unavailable,
}

/// <summary>Sends mail. What goes wrong is logged here and told as an outcome; no message is kept for later.</summary>
public interface IMailSender
{
    /// <summary>Whether the operator has set up mail; when not, every message is <see cref="MailOutcome.Unavailable"/>.</summary>
    bool IsSetUp { get; }

    ValueTask<MailOutcome> SendAsync(OutgoingMail mail, CancellationToken cancellationToken);
}
