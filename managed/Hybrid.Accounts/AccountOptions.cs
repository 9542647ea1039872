using Hybrid.Primitives;

namespace Hybrid.Accounts;

/// <summary>Who may make an account.</summary>
public enum RegistrationMode
{
    /// <summary>Only administrators make accounts.</summary>
    Closed,

    /// <summary>People who have a registration token.</summary>
    Token,

    /// <summary>Anyone.</summary>
    Open,
}

/// <summary>What the operator decides about accounts.</summary>
public sealed record AccountOptions
{
    /// <summary>This server's name: the part of user IDs after the colon.</summary>
    public required ServerName ServerName { get; init; }

    public RegistrationMode Registration { get; init; } = RegistrationMode.Closed;

    /// <summary>Whether guests may register; they may only while registration is <see cref="RegistrationMode.Open"/>.</summary>
    public bool AllowGuests { get; init; }

    /// <summary>Whether people who sign on with an identity provider for the first time get an account.</summary>
    public bool SignOnMakesAccounts { get; init; } = true;

    /// <summary>In characters; shorter passwords are <c>M_WEAK_PASSWORD</c>.</summary>
    public int MinimumPasswordLength { get; init; } = 8;

    /// <summary>How long an access token lasts that was given without a refresh token; null: until logout.</summary>
    public TimeSpan? AccessTokenLifetime { get; init; }

    /// <summary>How long an access token lasts for a client that refreshes.</summary>
    public TimeSpan RefreshableAccessTokenLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a refresh token can be used; null: until the next.</summary>
    public TimeSpan? RefreshTokenLifetime { get; init; }

    /// <summary>How long a token of <c>POST /login/get_token</c> lasts.</summary>
    public TimeSpan LoginTokenLifetime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How many access tokens are kept in memory, some 200 bytes each.</summary>
    public int CachedAccessTokens { get; init; } = 100_000;
}
