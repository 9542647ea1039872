using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Sync.Streams;

/// <summary>
/// One-time keys that are left: <c>device_one_time_keys_count</c> and <c>device_unused_fallback_key_types</c>. In every answer,
/// since a client takes their absence for having none; never a reason to end a wait.
/// </summary>
sealed class KeyCountStream(IKeyStore keys) : ISyncStream
{
    public async ValueTask WriteAsync(SyncTurn turn, SyncBody body, CancellationToken cancellationToken)
    {
        if (turn.Request.DeviceId is not { } device)
            return;

        await WriteAsync(body.Writer, turn.UserId, device, cancellationToken);
    }

    /// <summary>Writes both into an open object.</summary>
    public async ValueTask WriteAsync(Utf8JsonWriter writer, UserId userId, DeviceId device, CancellationToken cancellationToken)
    {
        var counts = await keys.CountOneTimeKeysAsync(userId, device, cancellationToken);
        var unused = await keys.ReadUnusedFallbackKeyTypesAsync(userId, device, cancellationToken);
        writer.WriteStartObject("device_one_time_keys_count"u8);
        foreach (var (algorithm, count) in counts)
            writer.WriteNumber(algorithm, count);
        writer.WriteEndObject();
        writer.WriteStartArray("device_unused_fallback_key_types"u8);
        foreach (var algorithm in unused)
            writer.WriteStringValue(algorithm);
        writer.WriteEndArray();
    }
}
