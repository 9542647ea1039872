using Hybrid.Accounts.Login;
using Hybrid.Primitives;
using Hybrid.Storage.KeyBackup;
using Hybrid.Storage.Keys;

namespace Hybrid.Accounts.Keys;

/// <summary>Deletes a user's key backups, which nobody else can read; what belongs to devices has gone with them.</summary>
sealed class KeyBackupErasure(IKeyBackupStore backups) : IAccountErasure
{
    public bool IsPrivate => true;

    public ValueTask EraseAsync(UserId userId, CancellationToken cancellationToken) => backups.DeleteAllAsync(userId, cancellationToken);
}

/// <summary>Deletes an erased user's cross-signing keys. Others may still want them to check who a user was.</summary>
sealed class CrossSigningErasure(ICrossSigningStore crossSigning) : IAccountErasure
{
    public bool IsPrivate => false;

    public ValueTask EraseAsync(UserId userId, CancellationToken cancellationToken) => crossSigning.DeleteAllAsync(userId, cancellationToken);
}
