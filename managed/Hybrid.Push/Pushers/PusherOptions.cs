namespace Hybrid.Push.Pushers;

/// <summary>What operators decide about pushers.</summary>
public sealed record PusherOptions
{
    /// <summary>The most pushers of a user.</summary>
    public const int MostPerUser = 100;

    /// <summary>Whether gateways may be at private addresses, and without TLS.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Where links in messages lead.</summary>
    public required Uri PublicBaseUrl { get; init; }

    /// <summary>How long an unread event waits for its reader, and for others, before a message is sent.</summary>
    public TimeSpan MailDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The least time between two messages to a user.</summary>
    public TimeSpan MailInterval { get; init; } = TimeSpan.FromHours(1);
}
