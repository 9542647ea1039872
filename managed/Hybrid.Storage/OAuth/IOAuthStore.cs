using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Storage.OAuth;

/// <summary>What a user has granted to a client: a device of theirs.</summary>
/// <param name="UserId">The user.</param>
/// <param name="DeviceId">The device; the grant goes with it.</param>
/// <param name="ClientId">The client.</param>
/// <param name="Scope">What was granted, as a scope of RFC 6749.</param>
/// <param name="GrantedAt">When.</param>
public sealed record OAuthGrant(UserId UserId, DeviceId DeviceId, string ClientId, string Scope, DateTimeOffset GrantedAt);

/// <summary>Clients that registered themselves (RFC 7591), and what users granted them.</summary>
public interface IOAuthStore
{
    /// <summary>The metadata of a client as JSON, or null.</summary>
    ValueTask<string?> FindClientAsync(string clientId, CancellationToken cancellationToken);

    /// <summary>
    /// Adds a client, or notes that it has registered again; clients without a grant that did so last before <paramref name="oldest"/> go.
    /// False, and nothing written, when there are <paramref name="most"/> others.
    /// </summary>
    ValueTask<bool> TryAddClientAsync(string clientId, string metadata, DateTimeOffset now, DateTimeOffset oldest, long most, CancellationToken cancellationToken);

    /// <summary>Notes a grant, in the place of what the device had; its device must exist.</summary>
    ValueTask PutGrantAsync(OAuthGrant grant, CancellationToken cancellationToken);

    /// <summary>The grant that an access token or a refresh token comes from, or null.</summary>
    ValueTask<OAuthGrant?> FindGrantAsync(TokenHash token, CancellationToken cancellationToken);

    /// <summary>The grants of a user.</summary>
    ValueTask<IReadOnlyList<OAuthGrant>> ListGrantsAsync(UserId userId, CancellationToken cancellationToken);
}
