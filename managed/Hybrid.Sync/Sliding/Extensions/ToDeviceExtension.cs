using System.Globalization;
using Hybrid.Sync.Streams;

namespace Hybrid.Sync.Sliding.Extensions;

/// <summary>Messages from device to device (MSC3885), with a token of their own, so that a client can store them before it acknowledges them.</summary>
sealed class ToDeviceExtension(ToDeviceStream messages) : ISlidingExtension
{
    public async ValueTask WriteAsync(SlidingTurn turn, SlidingBody body, CancellationToken cancellationToken)
    {
        if (turn.Request.Extensions.ToDevice is not { } terms)
            return;

        var upTo = turn.Sync.UpTo.ToDevice;
        var sent = turn.Request.DeviceId is { } device
            ? await messages.ReadAsync(turn.Sync.UserId, device, terms.Since, upTo, terms.Limit, cancellationToken)
            : [];
        var next = sent.Count > 0 && sent.Count == terms.Limit ? sent[^1].Position : terms.Limit == 0 ? terms.Since : Math.Max(terms.Since, upTo);
        body.HasNews |= sent.Count > 0;
        body.Writer.WriteStartObject("to_device"u8);
        body.Writer.WriteString("next_batch"u8, next.ToString(CultureInfo.InvariantCulture));
        ToDeviceStream.WriteEvents(body.Writer, sent);
        body.Writer.WriteEndObject();
    }
}
