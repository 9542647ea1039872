using Hybrid.Primitives;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.Accounts.ThirdParty;

/// <summary>Identity servers, which know whose address is whose (specification, identity service API). The composition knows how to reach them.</summary>
public interface IIdentityServers
{
    /// <summary>Publishes that a proven address is the user's; the error of the server, or null and the address.</summary>
    ValueTask<Result<ThirdPartyAddress>> BindAsync(string server, string accessToken, string sid, string clientSecret, UserId userId, CancellationToken cancellationToken);

    /// <summary>Takes back that the address is the user's, in this server's name; false when the server cannot be reached or does not do it.</summary>
    ValueTask<bool> UnbindAsync(string server, ThirdPartyAddress address, UserId userId, CancellationToken cancellationToken);
}
