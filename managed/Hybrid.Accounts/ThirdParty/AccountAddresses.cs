using Hybrid.Primitives;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.Accounts.ThirdParty;

/// <summary>The e-mail addresses and telephone numbers of accounts.</summary>
public sealed class AccountAddresses(IThirdPartyStore store, IIdentityServers identityServers, TimeProvider time)
{
    const int MaxPerAccount = 20;

    public ValueTask<UserId?> FindOwnerAsync(ThirdPartyAddress address, CancellationToken cancellationToken) => store.FindOwnerAsync(address, cancellationToken);

    public ValueTask<IReadOnlyList<AccountAddress>> ListAsync(UserId userId, CancellationToken cancellationToken) => store.ListAsync(userId, cancellationToken);

    /// <summary>Adds a proven address to an account. <c>M_THREEPID_IN_USE</c> when it is another's, <c>M_THREEPID_DENIED</c> when the account has too many.</summary>
    public async ValueTask<Result<Done>> AddAsync(UserId userId, AddressProof proof, CancellationToken cancellationToken)
    {
        var listed = await store.ListAsync(userId, cancellationToken);
        if (listed.Count >= MaxPerAccount && listed.All(entry => entry.Address != proof.Address))
            return MatrixError.Of(403, "M_THREEPID_DENIED", "The account has too many addresses.");

        var address = new AccountAddress(proof.Address, proof.ValidatedAt ?? throw new ArgumentException("The address is not proven.", nameof(proof)), time.GetUtcNow());
        return await store.TryAddAsync(userId, address, cancellationToken) ? new Done() : InUse;
    }

    /// <summary>The refusal of an address that is another account's.</summary>
    public static MatrixError InUse { get; } = MatrixError.Of(400, "M_THREEPID_IN_USE", "The address is that of another account.");

    /// <summary>Tells an identity server that an address that it has validated is the user's, and remembers that it knows.</summary>
    public async ValueTask<Result<Done>> BindAsync(UserId userId, string server, string accessToken, string sid, string clientSecret, CancellationToken cancellationToken)
    {
        var bound = await identityServers.BindAsync(server, accessToken, sid, clientSecret, userId, cancellationToken);
        if (!bound.TryGet(out var address, out var error))
            return error;

        await store.AddBindingAsync(userId, address, server, CancellationToken.None);
        return new Done();
    }

    /// <summary>
    /// Asks the identity servers that were told of an address, or the one that is named, to forget it; false when there is none to ask,
    /// or one did not.
    /// </summary>
    public async ValueTask<bool> UnbindAsync(UserId userId, ThirdPartyAddress address, string? server, CancellationToken cancellationToken)
    {
        var known = from binding in await store.ListBindingsAsync(userId, cancellationToken) where binding.Address == address select binding.IdentityServer;
        return await UnbindAsync(userId, server is null ? [.. known.Select(one => (address, one))] : [(address, server)], cancellationToken);
    }

    /// <summary>As <see cref="UnbindAsync(UserId, ThirdPartyAddress, string?, CancellationToken)"/>, for every address of the account; true when there is none.</summary>
    public async ValueTask<bool> UnbindAllAsync(UserId userId, CancellationToken cancellationToken)
    {
        var known = await store.ListBindingsAsync(userId, cancellationToken);
        return known.Count == 0 || await UnbindAsync(userId, known, cancellationToken);
    }

    /// <summary>Takes an address from the account, and from the identity servers that know of it; whether those forgot it.</summary>
    public async ValueTask<bool> RemoveAsync(UserId userId, ThirdPartyAddress address, string? server, CancellationToken cancellationToken)
    {
        var unbound = await UnbindAsync(userId, address, server, cancellationToken);
        await store.RemoveAsync(userId, address, cancellationToken);
        return unbound;
    }

    async ValueTask<bool> UnbindAsync(UserId userId, IReadOnlyList<(ThirdPartyAddress Address, string Server)> bindings, CancellationToken cancellationToken)
    {
        var all = bindings.Count > 0;
        foreach (var (address, server) in bindings)
        {
            if (await identityServers.UnbindAsync(server, address, userId, cancellationToken))
                await store.RemoveBindingAsync(userId, address, server, cancellationToken);
            else
                all = false;
        }

        return all;
    }
}
