using Hybrid.Accounts.Login;
using Hybrid.Primitives;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Accounts;

namespace Hybrid.Server.Composition;

/// <summary>Shows the room engine which accounts were erased. Kept in memory: every reading of a room asks, and there are few.</summary>
sealed class ErasedAccounts(IAccountStore accounts) : IErasedUsers, IAccountErasure
{
    IReadOnlyDictionary<UserId, long>? _known;

    public bool IsPrivate => false;

    public async ValueTask<IReadOnlyDictionary<UserId, long>> ReadAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _known) is { } known)
            return known;

        var read = await accounts.ReadErasedAsync(cancellationToken);
        Volatile.Write(ref _known, read);
        return read;
    }

    // The account is marked by now; it has only to be read again.
    public async ValueTask EraseAsync(UserId userId, CancellationToken cancellationToken) =>
        Volatile.Write(ref _known, await accounts.ReadErasedAsync(cancellationToken));
}
