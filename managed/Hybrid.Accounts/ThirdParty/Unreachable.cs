using Hybrid.Primitives;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.Accounts.ThirdParty;

/// <summary>A server that can send no messages.</summary>
sealed class NoAddressMessages : IAddressMessages
{
    public bool Reaches(string medium) => false;

    public ValueTask<AddressMessageOutcome> SendAsync(AddressMessage message, CancellationToken cancellationToken) => new(AddressMessageOutcome.Unavailable);
}

/// <summary>A server that speaks to no identity servers.</summary>
sealed class NoIdentityServers : IIdentityServers
{
    public ValueTask<Result<ThirdPartyAddress>> BindAsync(
        string server, string accessToken, string sid, string clientSecret, UserId userId, CancellationToken cancellationToken) =>
        new(NotTrusted);

    public ValueTask<bool> UnbindAsync(string server, ThirdPartyAddress address, UserId userId, CancellationToken cancellationToken) => new(false);

    public ValueTask<Result<UserId?>> FindUserAsync(string server, string accessToken, ThirdPartyAddress address, CancellationToken cancellationToken) => new(NotTrusted);

    public ValueTask<Result<KeptInvite>> KeepInviteAsync(string server, string accessToken, InviteToKeep invite, CancellationToken cancellationToken) => new(NotTrusted);

    static MatrixError NotTrusted => MatrixError.Of(400, "M_SERVER_NOT_TRUSTED", "This server speaks to no identity servers.");
}
