using Hybrid.Primitives;

namespace Hybrid.Storage.Accounts;

/// <summary>The hashes of the tokens that a client was given together.</summary>
/// <param name="Access">The access token.</param>
/// <param name="AccessExpiresAt">Null: never.</param>
/// <param name="Refresh">Null when the client does not refresh.</param>
/// <param name="RefreshExpiresAt">Null: never.</param>
public sealed record TokenPair(TokenHash Access, DateTimeOffset? AccessExpiresAt, TokenHash? Refresh, DateTimeOffset? RefreshExpiresAt);

/// <summary>A login.</summary>
/// <param name="UserId">The account.</param>
/// <param name="DeviceId">A device of the account, or a new one.</param>
/// <param name="DisplayName">The name of a new device; ignored when the device exists.</param>
/// <param name="Tokens">The first tokens.</param>
/// <param name="Now">The time of the login.</param>
public sealed record NewSession(UserId UserId, DeviceId DeviceId, string? DisplayName, TokenPair Tokens, DateTimeOffset Now);

/// <summary>A session that was opened, and the access tokens of the session that the device had before.</summary>
public sealed record OpenedSession(long SessionId, IReadOnlyList<TokenHash> Revoked);

/// <summary>What an access token opens.</summary>
/// <param name="SessionId">The session's number.</param>
/// <param name="UserId">The account.</param>
/// <param name="DeviceId">The session's device.</param>
/// <param name="ExpiresAt">Null: never.</param>
/// <param name="Generation">How many refreshes lie before this token.</param>
/// <param name="ConfirmedGeneration">The newest generation that the client is known to have received.</param>
public sealed record AccessTokenRecord(long SessionId, UserId UserId, DeviceId DeviceId, DateTimeOffset? ExpiresAt, long Generation, long ConfirmedGeneration)
{
    public bool IsAdmin { get; init; }

    public bool IsGuest { get; init; }

    public bool IsLocked { get; init; }

    public bool IsSuspended { get; init; }
}

/// <summary>How a refresh went.</summary>
public enum RefreshResult
{
    Refreshed,

    /// <summary>No session knows the token.</summary>
    Unknown,

    /// <summary>The session exists, but the token has expired, or a newer one was used already.</summary>
    Spent,

    /// <summary>The account is locked; nothing changed.</summary>
    Locked,
}

/// <summary>
/// Sessions: one per device, each with a chain of tokens. A refresh adds a generation of tokens to the chain; the generation
/// before it stays good for refreshing until the client shows a token of the new one, and so tells that it has received it
/// (specification, client-server API, "Refreshing access tokens").
/// </summary>
public interface ISessionStore
{
    /// <summary>Opens a session on a device, making the device when it is new; null when the account does not exist or is deactivated.</summary>
    ValueTask<OpenedSession?> OpenAsync(NewSession session, CancellationToken cancellationToken);

    /// <summary>What the token opens, expired tokens included; null when no session knows it.</summary>
    ValueTask<AccessTokenRecord?> FindAccessTokenAsync(TokenHash token, CancellationToken cancellationToken);

    /// <summary>Notes that the client has received <paramref name="generation"/>: refresh tokens of those before it are spent.</summary>
    ValueTask ConfirmAsync(long sessionId, long generation, CancellationToken cancellationToken);

    /// <summary>Spends nothing yet: adds the next generation of tokens to the session that <paramref name="refreshToken"/> belongs to.</summary>
    ValueTask<RefreshResult> RefreshAsync(TokenHash refreshToken, TokenPair next, DateTimeOffset now, CancellationToken cancellationToken);
}
