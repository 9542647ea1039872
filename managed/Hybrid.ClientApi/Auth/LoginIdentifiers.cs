using Hybrid.Accounts.Login;
using Hybrid.Accounts.ThirdParty;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Auth;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.ClientApi.Auth;

/// <summary>Finds whom people mean when they log in (specification, client-server API, "Identifier types").</summary>
public sealed class LoginIdentifiers(PasswordLogin users, AccountAddresses addresses)
{
    internal const string User = "m.id.user";
    internal const string ThirdParty = "m.id.thirdparty";
    internal const string Phone = "m.id.phone";

    /// <summary>
    /// The user that is meant, or null. A name that is no account's is resolved all the same: only the password check is to tell.
    /// <c>M_MISSING_PARAM</c> when the identifier lacks something.
    /// </summary>
    public async ValueTask<UserId?> ResolveAsync(UserIdentifier identifier, CancellationToken cancellationToken)
    {
        switch (identifier.Type)
        {
            case null or User:
                return users.Resolve(identifier.User ?? throw Missing("user"));
            case ThirdParty:
                return await OwnerAsync(AddressText.Of(identifier.Medium ?? throw Missing("medium"), identifier.Address ?? throw Missing("address")), cancellationToken);
            case Phone:
                return await OwnerAsync(AddressText.Telephone(identifier.Country ?? throw Missing("country"), identifier.Phone ?? throw Missing("phone")), cancellationToken);
            default:
                return null;
        }
    }

    async ValueTask<UserId?> OwnerAsync(ThirdPartyAddress? address, CancellationToken cancellationToken) =>
        address is null ? null : await addresses.FindOwnerAsync(address, cancellationToken);

    static MatrixException Missing(string name) => new(MatrixError.MissingParam($"'identifier' has no '{name}'."));
}
