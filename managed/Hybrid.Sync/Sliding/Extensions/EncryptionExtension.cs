using Hybrid.Sync.Streams;

namespace Hybrid.Sync.Sliding.Extensions;

/// <summary>Whose devices changed, and what keys of the device are left (MSC3884).</summary>
sealed class EncryptionExtension(DeviceListStream devices, KeyCountStream counts) : ISlidingExtension
{
    public async ValueTask WriteAsync(SlidingTurn turn, SlidingBody body, CancellationToken cancellationToken)
    {
        if (!turn.Request.Extensions.Encryption)
            return;

        body.Writer.WriteStartObject("e2ee"u8);
        if (turn.Request.DeviceId is { } device)
            await counts.WriteAsync(body.Writer, turn.Sync.UserId, device, cancellationToken);
        if (!turn.Sync.IsInitial)
        {
            var (changed, left) = await devices.ReadAsync(turn.Sync, cancellationToken);
            if (changed.Count + left.Count > 0)
            {
                body.HasNews = true;
                DeviceListStream.Write(body.Writer, changed, left);
            }
        }

        body.Writer.WriteEndObject();
    }
}
