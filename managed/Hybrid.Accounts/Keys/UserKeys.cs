using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Accounts.Keys;

/// <summary>What one user may see of another's keys.</summary>
/// <param name="UserId">Whose keys.</param>
/// <param name="Viewer">For whom.</param>
/// <param name="Devices">The identity keys of the devices that were asked for.</param>
/// <param name="CrossSigning">The cross-signing keys; the user-signing key only for its owner.</param>
/// <param name="Signatures">Signatures added to them, by the owner or the viewer.</param>
public sealed record UserKeys(
    UserId UserId,
    UserId Viewer,
    IReadOnlyList<DeviceKeysRecord> Devices,
    IReadOnlyDictionary<CrossSigningUsage, CrossSigningKeyRecord> CrossSigning,
    IReadOnlyList<KeySignature> Signatures);
