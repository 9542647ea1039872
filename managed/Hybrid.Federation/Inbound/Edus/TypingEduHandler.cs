using System.Text.Json;
using Hybrid.Ephemeral.Typing;
using Hybrid.Primitives;
using Hybrid.Rooms;

namespace Hybrid.Federation.Inbound.Edus;

/// <summary><c>m.typing</c>: members of other servers who type, or have stopped. It ends by itself when their server says nothing more.</summary>
public sealed class TypingEduHandler(RoomRegistry rooms, TypingTracker typing) : IEduHandler
{
    /// <summary>For how long it counts. Servers repeat it before that, for as long as the user types.</summary>
    public static readonly TimeSpan CountsFor = TimeSpan.FromSeconds(60);

    public string EduType => "m.typing";

    public async ValueTask HandleAsync(ServerName origin, JsonElement content, CancellationToken cancellationToken)
    {
        if (!content.IsReadable() || !EduFields.TryParseUserOf(origin, content.Text("user_id"), out var userId)
            || !RoomId.TryParse(content.Text("room_id"), out var roomId) || content.Flag("typing") is not { } isTyping || await rooms.FindAsync(roomId, cancellationToken) is not { } room)
            return;

        var current = room.Current;
        if (current.IsJoined(userId) && ServerAcl.Allows(current, origin))
            typing.Set(roomId, userId, isTyping ? CountsFor : TimeSpan.Zero);
    }
}
