using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hybrid.Mail;

/// <summary>What sending mail puts into the container.</summary>
public static class MailServices
{
    public static IServiceCollection AddMail(this IServiceCollection services, SmtpOptions options) => options.Host is null
        ? services.AddSingleton<IMailSender, NoMail>()
        : services.AddSingleton<IMailSender>(provider => new SmtpMailSender(
            options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SmtpMailSender>>()));

    sealed class NoMail : IMailSender
    {
        public bool IsSetUp => false;

        public ValueTask<MailOutcome> SendAsync(OutgoingMail mail, CancellationToken cancellationToken) => new(MailOutcome.Unavailable);
    }
}
