using Hybrid.Primitives;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.Accounts.ThirdParty;

/// <summary>An invitation that an identity server is to keep; what is null is not known.</summary>
public sealed record InviteToKeep(ThirdPartyAddress Address, RoomId RoomId, UserId Sender)
{
    public string? RoomName { get; init; }

    public string? RoomAlias { get; init; }

    public string? RoomAvatarUrl { get; init; }

    public string? JoinRule { get; init; }

    public string? SenderDisplayName { get; init; }

    public string? SenderAvatarUrl { get; init; }
}

/// <summary>A key of an identity server, and where it says whether the key is still good.</summary>
public sealed record InviteKey(string PublicKey, string ValidityUrl);

/// <summary>An invitation that an identity server keeps.</summary>
/// <param name="Token">Its name, which whoever takes it up shows signed.</param>
/// <param name="DisplayName">The invited person, without giving away the address.</param>
/// <param name="Keys">The keys that may have signed it; one at least.</param>
public sealed record KeptInvite(string Token, string DisplayName, IReadOnlyList<InviteKey> Keys);

/// <summary>Identity servers, which know whose address is whose (specification, identity service API). The composition knows how to reach them.</summary>
public interface IIdentityServers
{
    /// <summary>Publishes that a proven address is the user's; the error of the server, or null and the address.</summary>
    ValueTask<Result<ThirdPartyAddress>> BindAsync(string server, string accessToken, string sid, string clientSecret, UserId userId, CancellationToken cancellationToken);

    /// <summary>Takes back that the address is the user's, in this server's name; false when the server cannot be reached or does not do it.</summary>
    ValueTask<bool> UnbindAsync(string server, ThirdPartyAddress address, UserId userId, CancellationToken cancellationToken);

    /// <summary>The user whose address it is; null when the server knows none. The address is hashed where the server takes that.</summary>
    ValueTask<Result<UserId?>> FindUserAsync(string server, string accessToken, ThirdPartyAddress address, CancellationToken cancellationToken);

    /// <summary>Leaves an invitation with the server, which tells whoever has the address.</summary>
    ValueTask<Result<KeptInvite>> KeepInviteAsync(string server, string accessToken, InviteToKeep invite, CancellationToken cancellationToken);
}
