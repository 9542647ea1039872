using System.Text.Json;
using Hybrid.Accounts.Devices;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Streams;
using Hybrid.Storage.ToDevice;

namespace Hybrid.Accounts.Keys;

/// <summary>A page of what a dehydrated device was sent.</summary>
/// <param name="Messages">The messages, oldest first.</param>
/// <param name="Next">Where to go on from.</param>
/// <param name="HasMore">Whether there are more.</param>
public sealed record DehydratedMessages(IReadOnlyList<ToDeviceMessage> Messages, long Next, bool HasMore);

/// <summary>
/// Dehydrated devices (MSC3814): a device whose private keys its user left here encrypted, and which others send keys to until the user
/// logs in again and revives it.
/// </summary>
public sealed class DehydratedDevices(
    IDehydratedDeviceStore store, ICrossSigningStore crossSigning, KeyUploads uploads, ISignatureVerifier verifier, UserDevices devices,
    IToDeviceStore messages, StreamHub hub, TimeProvider time)
{
    const int MaxDataBytes = 64 * 1024;
    const int MaxMessages = 100;

    public ValueTask<DehydratedDevice?> FindAsync(UserId userId, CancellationToken cancellationToken) => store.FindAsync(userId, cancellationToken);

    /// <summary>Stores a device in the place of the one that the user has. It must have a fallback key and be signed by its user.</summary>
    public async ValueTask<Result<Done>> PutAsync(UserId userId, DehydratedDeviceUpload upload, CancellationToken cancellationToken)
    {
        if (upload.DeviceData is not { ValueKind: JsonValueKind.Object } data
            || !data.TryGetProperty("algorithm", out var algorithm) || algorithm.ValueKind != JsonValueKind.String)
        {
            return MatrixError.BadJson("'device_data' must be an object with an 'algorithm'.");
        }

        if (KeyShapes.Bytes(data) is not { Length: <= MaxDataBytes } bytes)
            return MatrixError.TooLarge($"'device_data' has more than {MaxDataBytes} bytes.");
        if (upload.InitialDeviceDisplayName is { } name && UserDevices.CheckDisplayName(name) is { } refused)
            return refused;
        if (upload.DeviceKeys is not { ValueKind: JsonValueKind.Object } deviceKeys)
            return MatrixError.MissingParam("'device_keys' is missing.");

        var request = new UploadKeysRequest { DeviceKeys = deviceKeys, OneTimeKeys = upload.OneTimeKeys, FallbackKeys = upload.FallbackKeys };
        if (!(await uploads.CheckAsync(userId, upload.DeviceId, request, cancellationToken)).TryGet(out var keys, out var error))
            return error;
        if (keys.FallbackKeys.Count == 0)
            return MatrixError.InvalidParam("A dehydrated device needs a fallback key.");
        if (await CheckDeviceAsync(userId, upload.DeviceId, deviceKeys, cancellationToken) is { } wrong)
            return wrong;

        return KeyUploads.Refusal(await store.PutAsync(keys, bytes, upload.InitialDeviceDisplayName, time.GetUtcNow(), cancellationToken)) is { } refusal
            ? refusal
            : default(Done);
    }

    /// <summary>Deletes the user's dehydrated device; its ID, or <c>M_NOT_FOUND</c>.</summary>
    public async ValueTask<Result<DeviceId>> DeleteAsync(UserId userId, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(userId, cancellationToken) is not { } device)
            return MatrixError.NotFound("There is no dehydrated device.");

        await devices.DeleteAsync(userId, [device.DeviceId], cancellationToken);
        return device.DeviceId;
    }

    /// <summary>
    /// What the device was sent after <paramref name="after"/>; <c>M_FORBIDDEN</c> for any other device. Reading forgets nothing: who
    /// revives the device may be interrupted, and another may try again.
    /// </summary>
    public async ValueTask<Result<DehydratedMessages>> ReadMessagesAsync(
        UserId userId, DeviceId deviceId, long after, int limit, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(userId, cancellationToken) is not { } device || device.DeviceId != deviceId)
            return MatrixError.Forbidden("This is not the user's dehydrated device.");

        var most = Math.Clamp(limit, 1, MaxMessages);
        var found = await messages.ReadAsync(userId, deviceId, after, hub.Current(StreamKind.ToDevice), most + 1, cancellationToken);
        var page = found.Count > most ? [.. found.Take(most)] : found;
        return new DehydratedMessages(page, page.Count > 0 ? page[^1].Position : after, found.Count > most);
    }

    // Named for its identity key, and signed by its user: clients send keys to no other (MSC3814, "Dehydrating a device").
    async ValueTask<MatrixError?> CheckDeviceAsync(UserId userId, DeviceId deviceId, JsonElement deviceKeys, CancellationToken cancellationToken)
    {
        var identity = deviceKeys.GetProperty("keys").TryGetProperty($"curve25519:{deviceId}", out var key) && key.ValueKind == JsonValueKind.String ? key.GetString() : null;
        if (identity != deviceId.Value)
            return MatrixError.InvalidParam("The ID of a dehydrated device is its Curve25519 identity key.");

        var signing = (await crossSigning.ReadKeysAsync([userId], cancellationToken)).FirstOrDefault(static known => known.Usage == CrossSigningUsage.SelfSigning);
        return signing is not null && verifier.Verify(KeyShapes.Bytes(deviceKeys), userId.Value, $"ed25519:{signing.PublicKey}", signing.PublicKey)
            ? null
            : KeyShapes.InvalidSignature("A dehydrated device must be signed by its user's self-signing key.");
    }
}
