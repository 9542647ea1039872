using Hybrid.Accounts.Login;
using Hybrid.Primitives;
using Hybrid.Storage.KeyBackup;
using Hybrid.Storage.Keys;

namespace Hybrid.Accounts.Keys;

/// <summary>Deletes an erased user's cross-signing keys and key backups; what belongs to devices has gone with them.</summary>
sealed class KeyErasure(ICrossSigningStore crossSigning, IKeyBackupStore backups) : IAccountErasure
{
    public async ValueTask EraseAsync(UserId userId, CancellationToken cancellationToken)
    {
        await crossSigning.DeleteAllAsync(userId, cancellationToken);
        await backups.DeleteAllAsync(userId, cancellationToken);
    }
}
