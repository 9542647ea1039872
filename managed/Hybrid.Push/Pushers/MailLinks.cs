namespace Hybrid.Push.Pushers;

/// <summary>Where links in messages lead.</summary>
public static class MailLinks
{
    /// <summary>Ends an e-mail pusher: <c>?pusher=</c> its number <c>&amp;secret=</c> its secret.</summary>
    public const string UnsubscribePath = "/_hybrid/client/v1/unsubscribe";
}
