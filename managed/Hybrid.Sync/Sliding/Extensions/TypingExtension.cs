using Hybrid.Sync.Streams;

namespace Hybrid.Sync.Sliding.Extensions;

/// <summary>Who is typing (MSC3961). What a room out of sight missed is over by the time that it comes into sight.</summary>
sealed class TypingExtension(TypingStream typing) : ISlidingExtension
{
    public ValueTask WriteAsync(SlidingTurn turn, SlidingBody body, CancellationToken cancellationToken)
    {
        if (turn.Request.Extensions.Typing is not { } wanted)
            return ValueTask.CompletedTask;

        var writer = body.Writer;
        writer.WriteStartObject("typing"u8);
        writer.WriteStartObject("rooms"u8);
        foreach (var roomId in turn.RoomsFor(wanted, typing.ReadChangedRooms(turn.Sync)))
        {
            var after = turn.StartsAnew(roomId) ? 0 : turn.Sync.After.Typing;
            if (!turn.IsJoined(roomId) || typing.Read(roomId, after, turn.Sync) is not { } users)
                continue;

            body.HasNews = true;
            writer.WritePropertyName(roomId.Value);
            TypingStream.Write(writer, users);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        return ValueTask.CompletedTask;
    }
}
