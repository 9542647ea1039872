using System.Runtime.InteropServices;
using System.Text.Json;
using Hybrid.Accounts.Keys;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Federation.Devices;

/// <summary>Claims keys of devices of other servers (server-server API, <c>POST /user/keys/claim</c>).</summary>
public sealed class RemoteKeyClaims(KeyServerClient client, IRemoteDeviceStore store, ISignatureVerifier verifier, TimeProvider time)
{
    public async ValueTask<RemoteKeyAnswer<ClaimedKey>> ClaimAsync(IReadOnlyList<KeyClaim> claims, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (claims.Count == 0)
            return new RemoteKeyAnswer<ClaimedKey>([], []);

        // Once each: a repetition would use up another key.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var deadline = Task.Delay(timeout, time, ended.Token);
        var asked = claims.GroupBy(static claim => claim.UserId.Server)
            .Select(ofServer => (Server: ofServer.Key, Done: AskAsync(ofServer.Key, [.. ofServer], ended.Token, cancellationToken)))
            .ToList();
        await Task.WhenAny(Task.WhenAll(asked.Select(static request => request.Done)), deadline);
        await ended.CancelAsync();

        var (found, failures) = (new List<ClaimedKey>(), new List<RemoteKeyFailure>());
        foreach (var (server, done) in asked)
        {
            var result = done.IsCompleted ? await done : new FederationFailure(server, FailureKind.TimedOut, "No answer in time.");
            if (result.TryGet(out var keys, out var failure))
                found.AddRange(keys);
            else
                failures.Add(Explain(server, failure));
        }

        return new RemoteKeyAnswer<ClaimedKey>(found, failures);
    }

    /// <summary>The failure as clients are told: the server's own words where it refused, otherwise that it does not answer.</summary>
    internal static RemoteKeyFailure Explain(ServerName server, FederationFailure failure)
    {
        var error = failure.ToMatrixError();
        return new RemoteKeyFailure(server, failure.Kind == FailureKind.Refused ? failure.Status : 503, error.Code, error.Message);
    }

    async Task<FederationResult<List<ClaimedKey>>> AskAsync(
        ServerName server, List<KeyClaim> claims, CancellationToken patience, CancellationToken cancellationToken)
    {
        if (!(await client.AskAsync(server, KeyRequests.Claim(claims), patience, cancellationToken)).TryGet(out var document, out var failure))
            return failure;

        var devices = await ReadDevicesAsync(claims, cancellationToken);
        using (document)
        {
            var keys = new List<ClaimedKey>();
            foreach (var claim in claims)
            {
                if (RemoteKeyReader.OfUser(document.RootElement, "one_time_keys", claim.UserId) is { } ofUser
                    && RemoteKeyReader.Member(ofUser, claim.DeviceId.Value) is { } ofDevice
                    && Read(claim, ofDevice, devices.GetValueOrDefault((claim.UserId, claim.DeviceId))) is { } key)
                {
                    keys.Add(key);
                }
            }

            return keys;
        }
    }

    // A key that another device signed, or none, is worse than no key: the client would send it what only the owner may read. Where the device is
    // not known here, the client, which knows it, looks itself.
    ClaimedKey? Read(KeyClaim claim, JsonElement ofDevice, DeviceKeysRecord? device)
    {
        if (ofDevice.ValueKind != JsonValueKind.Object)
            return null;

        var prefix = $"{claim.Algorithm}:";
        foreach (var key in ofDevice.EnumerateObject())
        {
            var json = JsonMarshal.GetRawUtf8Value(key.Value).ToArray();
            if (!key.Name.StartsWith(prefix, StringComparison.Ordinal) || key.Name.Length == prefix.Length
                || PublishedKeys.CheckPreKey(key.Name, claim.Algorithm, key.Value) is not null)
            {
                continue;
            }

            if (claim.Algorithm == PublishedKeys.SignedCurve25519 && device is not null
                && (PublishedKeys.SigningKeyOf(device) is not { } publicKey
                    || !verifier.Verify(json, claim.UserId.Value, $"ed25519:{claim.DeviceId}", publicKey)))
            {
                continue;
            }

            return new ClaimedKey(claim.UserId, claim.DeviceId, new PreKey(claim.Algorithm, key.Name[prefix.Length..], json));
        }

        return null;
    }

    // Only lists that are fresh: a device of the same name may be another one by now.
    async ValueTask<Dictionary<(UserId, DeviceId), DeviceKeysRecord>> ReadDevicesAsync(List<KeyClaim> claims, CancellationToken cancellationToken)
    {
        var users = claims.Select(static claim => claim.UserId).ToHashSet();
        var fresh = (await store.FindAsync(users, cancellationToken)).Where(static list => !list.IsStale).Select(static list => list.UserId).ToList();
        return (await store.ReadDevicesAsync(fresh, cancellationToken)).ToDictionary(static device => (device.UserId, device.DeviceId));
    }
}
