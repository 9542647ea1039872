using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hybrid.Primitives.Net;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Logging;
using MimeKit;

namespace Hybrid.Mail;

/// <summary>Sends over SMTP (RFC 5321), each message on a connection of its own: there are few, and a mail server closes idle ones.</summary>
sealed class SmtpMailSender : IMailSender, IDisposable
{
    const int MostConnections = 4;

    /// <summary>How long one message may take with everything that it needs.</summary>
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    readonly SmtpOptions _options;
    readonly TimeProvider _time;
    readonly ILogger<SmtpMailSender> _logger;
    readonly MailboxAddress _from;
    readonly X509Certificate2Collection _authorities = [];
    readonly SemaphoreSlim _connections = new(MostConnections);

    /// <exception cref="CryptographicException">The file of authorities cannot be read.</exception>
    public SmtpMailSender(SmtpOptions options, TimeProvider time, ILogger<SmtpMailSender> logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _from = MailboxAddress.Parse(options.From!);
        if (options.AuthorityPath is { } path)
            _authorities.ImportFromPemFile(path);
    }

    public bool IsSetUp => true;

    public async ValueTask<MailOutcome> SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        var message = ComposedMail.Compose(mail, _from, _time.GetUtcNow());
        using var limit = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await _connections.WaitAsync(either.Token);
            try
            {
                await SendAsync(message, either.Token);
                return MailOutcome.Sent;
            }
            finally
            {
                _connections.Release();
            }
        }
        catch (SmtpCommandException refusal) when (IsFinal(refusal))
        {
            // The server's words, never the address: logs are no place for it.
            _logger.LogWarning("The mail server {Host} refuses a message for good: {Status}", _options.Host, (int)refusal.StatusCode);
            return MailOutcome.Rejected;
        }
        catch (Exception failure) when (IsFailure(failure) && !cancellationToken.IsCancellationRequested)
        {
            _logger.LogWarning("The mail server {Host} takes no mail now: {Reason}", _options.Host, failure.Message);
            return MailOutcome.Unavailable;
        }
    }

    public void Dispose() => _connections.Dispose();

    // Only what concerns the recipient or the message is final: a refused sender is for the operator to put right.
    static bool IsFinal(SmtpCommandException refusal) =>
        (int)refusal.StatusCode is >= 500 and < 600
        && refusal.ErrorCode is SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted;

    static bool IsFailure(Exception exception) => exception
        is IOException or SocketException or ProtocolException or CommandException or System.Security.Authentication.AuthenticationException
        or MailKit.Security.AuthenticationException or SslHandshakeException or NotSupportedException or OperationCanceledException;

    async Task SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        using var client = new SmtpClient();
        client.CheckCertificateRevocation = false;
        client.ServerCertificateValidationCallback = IsTrusted;
        client.LocalDomain = _from.Domain;
        await client.ConnectAsync(_options.Host!, _options.EffectivePort, Security(), cancellationToken);
        if (_options.User is { } user)
            await client.AuthenticateAsync(user, _options.Password ?? "", cancellationToken);
        await client.SendAsync(message, cancellationToken);
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            // The message is taken over; how the server says goodbye changes nothing.
            _logger.LogDebug("The mail server {Host} hung up: {Reason}", _options.Host, failure.Message);
        }
    }

    SecureSocketOptions Security() => _options.Tls switch
    {
        SmtpTls.StartTls => SecureSocketOptions.StartTls,
        SmtpTls.Implicit => SecureSocketOptions.SslOnConnect,
        _ => SecureSocketOptions.None,
    };

    bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        AuthorityTrust.IsTrusted(certificate, chain, errors, _authorities);
}
