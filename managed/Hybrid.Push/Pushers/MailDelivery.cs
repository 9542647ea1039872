using Hybrid.Mail;
using Hybrid.Storage.Push;

namespace Hybrid.Push.Pushers;

/// <summary>Pushers of kind <c>email</c>: gathers what is still unread after a while into one message.</summary>
sealed class MailDelivery(
    WaitingEvents waiting, IPusherStore store, IMailSender mail, IOwnedAddresses addresses, PusherOptions options, MailText text, TimeProvider time) : IPusherDelivery
{
    public string Kind => PusherKinds.Email;

    public int BatchSize => IPusherStore.MostQueued;

    public async ValueTask<Delivery> SendAsync(Pusher pusher, IReadOnlyList<QueuedPush> queue, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = Later(queue[0].QueuedAt + options.MailDelay, pusher.SentAt + options.MailInterval);
        if (now < due)
            return new Delivery(DeliveryOutcome.Done, 0) { WaitUntil = due };

        var unread = new List<WaitingEvent>();
        foreach (var push in queue)
        {
            if (await waiting.FindAsync(pusher.UserId, push, cancellationToken) is { } found)
                unread.Add(found);
        }

        if (unread.Count == 0)
            return new Delivery(DeliveryOutcome.Done, queue[^1].Position);
        // The address may have been taken from the account since.
        if (!EmailAddress.TryParse(pusher.PushKey, out var address) || !await addresses.OwnsAsync(pusher.UserId, address, cancellationToken))
            return new Delivery(DeliveryOutcome.Gone, 0);

        switch (await mail.SendAsync(text.Compose(pusher, address, unread), cancellationToken))
        {
            case MailOutcome.Sent:
                await store.NoteSentAsync(pusher.Number, now, cancellationToken);
                return new Delivery(DeliveryOutcome.Done, queue[^1].Position);
            case MailOutcome.Rejected:
                return new Delivery(DeliveryOutcome.Gone, 0);
            default:
                return new Delivery(DeliveryOutcome.Failed, 0);
        }
    }

    // A message that is sent stays as it is.
    public ValueTask<DeliveryOutcome> SendBadgeAsync(Pusher pusher, CancellationToken cancellationToken) => new(DeliveryOutcome.Done);

    static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other > one ? other.Value : one;
}
