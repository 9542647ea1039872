namespace Hybrid.Http.Limits;

/// <summary>One budget of requests.</summary>
/// <param name="PerSecond">How many requests per second the budget grows by.</param>
/// <param name="Burst">How many requests it holds at most.</param>
public sealed record RateLimit(double PerSecond, int Burst);

/// <summary>The request budgets. People are to meet none of them; scripts that guess, flood or scrape do.</summary>
public sealed record RateLimitOptions
{
    /// <summary>False: no request is refused for coming too often.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Sends into rooms, per user.</summary>
    public RateLimit Message { get; init; } = new(2, 60);

    /// <summary>Logins and refreshes, per address.</summary>
    public RateLimit Login { get; init; } = new(0.2, 20);

    /// <summary>Wrong passwords, per account.</summary>
    public RateLimit FailedLogin { get; init; } = new(0.1, 5);

    /// <summary>Messages to an e-mail address or a telephone number, per such address.</summary>
    public RateLimit AddressMessage { get; init; } = new(1.0 / 600, 5);

    /// <summary>New accounts, per address.</summary>
    public RateLimit Registration { get; init; } = new(0.1, 15);

    /// <summary>Joins, invitations and new rooms, per user.</summary>
    public RateLimit Membership { get; init; } = new(0.5, 30);

    /// <summary>Downloads and thumbnails, per user, or per address without one.</summary>
    public RateLimit Media { get; init; } = new(50, 1000);

    /// <summary>What other servers ask, per server: one that joins a large room asks for many events at once.</summary>
    public RateLimit Federation { get; init; } = new(100, 2000);

    /// <summary>All else that the specification marks as rate-limited, per user, or per address without one.</summary>
    public RateLimit General { get; init; } = new(20, 200);
}
