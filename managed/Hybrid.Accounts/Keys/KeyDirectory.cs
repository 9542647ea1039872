using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Accounts.Keys;

/// <summary>Looks up the keys of this server's users (specification, <c>POST /keys/query</c>).</summary>
public sealed class KeyDirectory(IKeyStore keys, ICrossSigningStore crossSigning)
{
    /// <summary>What <paramref name="viewer"/> may see of these users' keys, for each of them; an empty list of devices asks for all.</summary>
    public async ValueTask<IReadOnlyList<UserKeys>> QueryAsync(
        UserId viewer, IReadOnlyDictionary<UserId, IReadOnlyList<DeviceId>> wanted, CancellationToken cancellationToken)
    {
        var users = wanted.Keys.ToList();
        var devices = (await keys.ReadDeviceKeysAsync(users, cancellationToken)).ToLookup(static device => device.UserId);
        var signing = (await crossSigning.ReadKeysAsync(users, cancellationToken)).ToLookup(static key => key.UserId);
        var signatures = (await crossSigning.ReadSignaturesAsync(users, viewer, cancellationToken)).ToLookup(static signature => signature.TargetUser);
        return
        [
            .. wanted.Select(user => new UserKeys(
                user.Key,
                viewer,
                [.. devices[user.Key].Where(device => user.Value is not { Count: > 0 } chosen || chosen.Contains(device.DeviceId))],
                signing[user.Key]
                    .Where(key => key.Usage != CrossSigningUsage.UserSigning || user.Key == viewer)
                    .ToDictionary(static key => key.Usage),
                [.. signatures[user.Key]])),
        ];
    }

    /// <summary>
    /// What another server may see of these users' keys: signatures by themselves, and no user-signing key, which tells whom they verified. Names of
    /// devices are for this server's users.
    /// </summary>
    public async ValueTask<IReadOnlyList<UserKeys>> QueryForServerAsync(
        IReadOnlyDictionary<UserId, IReadOnlyList<DeviceId>> wanted, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
            return [];

        // Whoever is named as the viewer here sees no more than the others in the end.
        return
        [
            .. (await QueryAsync(wanted.Keys.First(), wanted, cancellationToken)).Select(static user => user with
            {
                Viewer = user.UserId,
                Devices = [.. user.Devices.Select(static device => device with { DisplayName = null })],
                CrossSigning = user.CrossSigning.Where(static key => key.Key != CrossSigningUsage.UserSigning).ToDictionary(),
                Signatures = [.. user.Signatures.Where(static signature => signature.Signer == signature.TargetUser)],
            }),
        ];
    }
}
