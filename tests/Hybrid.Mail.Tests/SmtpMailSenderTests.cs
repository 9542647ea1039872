using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;

namespace Hybrid.Mail.Tests;

public class SmtpMailSenderTests
{
    [Fact]
    public async Task A_message_arrives_with_both_its_parts()
    {
        await using var server = new TestMailServer();
        using var services = Services(server, SmtpTls.Off);

        var outcome = await Sender(services).SendAsync(
            Message("bob@example.org") with { Html = "<p>Grüße</p>", Unsubscribe = new Uri("https://example.org/stop?a=b&c=d") }, default);

        Assert.Equal(MailOutcome.Sent, outcome);
        var received = await server.ReceiveAsync();
        Assert.Equal(("hybrid@example.org", "bob@example.org"), (received.From, received.To));
        using var content = new MemoryStream(received.Content);
        var message = await MimeMessage.LoadAsync(content);
        Assert.Equal("Hello  World — ok", message.Subject);
        Assert.Equal("\"Hybrid\" <hybrid@example.org>", message.From.ToString());
        Assert.Equal("Grüße\n.one dot\n", message.TextBody!.ReplaceLineEndings("\n"));
        Assert.Equal("<p>Grüße</p>", message.HtmlBody!.TrimEnd());
        Assert.Equal("<https://example.org/stop?a=b&c=d>", message.Headers["List-Unsubscribe"]);
        Assert.Equal("List-Unsubscribe=One-Click", message.Headers["List-Unsubscribe-Post"]);
        Assert.Equal("auto-generated", message.Headers["Auto-Submitted"]);
        Assert.EndsWith("@example.org", message.MessageId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SmtpTls.StartTls)]
    [InlineData(SmtpTls.Implicit)]
    public async Task Over_TLS_the_server_logs_in(SmtpTls tls)
    {
        using var authority = new TestAuthority();
        await using var server = new TestMailServer
        {
            Certificate = authority.Certificate,
            ImplicitTls = tls == SmtpTls.Implicit,
            Login = ("hybrid", "secret"),
        };
        using var services = Services(server, tls, options => options with { User = "hybrid", Password = "secret", AuthorityPath = authority.Path });

        Assert.Equal(MailOutcome.Sent, await Sender(services).SendAsync(Message("bob@example.org"), default));

        var received = await server.ReceiveAsync();
        Assert.True(received.Encrypted);
        Assert.Equal("hybrid", received.User);
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_not_trusted()
    {
        using var authority = new TestAuthority();
        await using var server = new TestMailServer { Certificate = authority.Certificate };
        using var services = Services(server, SmtpTls.StartTls);

        Assert.Equal(MailOutcome.Unavailable, await Sender(services).SendAsync(Message("bob@example.org"), default));
        Assert.False(server.HasMail);
    }

    [Fact]
    public async Task A_server_without_STARTTLS_gets_no_mail_when_TLS_is_wanted()
    {
        await using var server = new TestMailServer();
        using var services = Services(server, SmtpTls.StartTls);

        Assert.Equal(MailOutcome.Unavailable, await Sender(services).SendAsync(Message("bob@example.org"), default));
        Assert.False(server.HasMail);
    }

    [Fact]
    public async Task A_wrong_password_is_a_reason_to_try_again_when_it_is_put_right()
    {
        await using var server = new TestMailServer { Login = ("hybrid", "secret") };
        using var services = Services(server, SmtpTls.Off, options => options with { User = "hybrid", Password = "wrong" });

        Assert.Equal(MailOutcome.Unavailable, await Sender(services).SendAsync(Message("bob@example.org"), default));
    }

    [Theory]
    [InlineData("550 5.1.1 No such user", MailOutcome.Rejected)]
    [InlineData("451 4.7.1 Greylisted", MailOutcome.Unavailable)]
    public async Task What_the_server_says_of_a_recipient_decides_whether_to_try_again(string reply, MailOutcome expected)
    {
        await using var server = new TestMailServer { OnRecipient = _ => reply };
        using var services = Services(server, SmtpTls.Off);

        Assert.Equal(expected, await Sender(services).SendAsync(Message("nobody@example.org"), default));
        Assert.False(server.HasMail);
    }

    [Fact]
    public async Task A_server_that_is_away_is_unavailable()
    {
        var server = new TestMailServer();
        using var services = Services(server, SmtpTls.Off);
        await server.DisposeAsync();

        Assert.Equal(MailOutcome.Unavailable, await Sender(services).SendAsync(Message("bob@example.org"), default));
    }

    [Fact]
    public async Task Without_a_host_nothing_is_set_up()
    {
        using var services = new ServiceCollection().AddMail(new SmtpOptions()).BuildServiceProvider();

        Assert.False(Sender(services).IsSetUp);
        Assert.Equal(MailOutcome.Unavailable, await Sender(services).SendAsync(Message("bob@example.org"), default));
    }

    static OutgoingMail Message(string to) =>
        EmailAddress.TryParse(to, out var address) ? new OutgoingMail(address, "Hello \nWorld — ok", "Grüße\n.one dot\n") : throw new FormatException();

    static IMailSender Sender(ServiceProvider services) => services.GetRequiredService<IMailSender>();

    static ServiceProvider Services(TestMailServer server, SmtpTls tls, Func<SmtpOptions, SmtpOptions>? configure = null)
    {
        var options = new SmtpOptions { Host = "127.0.0.1", Port = server.Port, Tls = tls, From = "Hybrid <hybrid@example.org>" };
        return new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddMail(configure?.Invoke(options) ?? options)
            .BuildServiceProvider();
    }
}
