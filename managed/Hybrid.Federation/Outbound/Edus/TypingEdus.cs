using System.Text.Json;
using Hybrid.Ephemeral.Typing;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Outbound.Edus;

/// <summary>
/// <c>m.typing</c> to other servers: who of this server's users types in a room, or has stopped. It is repeated while it lasts, since it ends by itself
/// at the other end.
/// </summary>
public sealed class TypingEdus(
    TypingTracker typing, IDestinationRooms destinations, ServerIdentity identity, StreamHub hub, TimeProvider time, ILogger<TypingEdus> logger)
    : VolatileEdus<RoomId, (RoomId, UserId), Edu>(Lifetime, LookEvery, hub, time, logger)
{
    static readonly TimeSpan RepeatEvery = TimeSpan.FromSeconds(40);
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    // Who was said to type, and when that was said last. Touched by the one reader alone.
    readonly Dictionary<RoomId, Dictionary<UserId, long>> _said = [];

    public override EduUrgency Urgency => EduUrgency.Typing;

    protected override string Subject => "Who types";

    protected override RoomId? Read(in StreamNotice notice) => notice is { Stream: StreamKind.Typing, Room: { } roomId } ? roomId : null;

    protected override EduBatch Pack(IReadOnlyList<(long Place, Edu Value)> waiting, int limit)
    {
        var read = waiting.Take(limit).ToList();
        return read.Count == 0 ? EduBatch.Empty : new EduBatch([.. read.Select(static entry => entry.Value)], read[^1].Place);
    }

    protected override async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        foreach (var roomId in _said.Keys.ToList())
            await TakeAsync(roomId, cancellationToken);
    }

    protected override async ValueTask TakeAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        var now = Time.GetTimestamp();
        var local = typing.Of(roomId).Users.Where(user => user.Server == identity.Name).ToHashSet();
        var said = _said.GetValueOrDefault(roomId) ?? [];
        List<(UserId User, bool IsTyping)> news =
        [
            .. said.Keys.Where(user => !local.Contains(user)).Select(static user => (user, false)),
            .. local.Where(user => !said.TryGetValue(user, out var at) || Time.GetElapsedTime(at, now) >= RepeatEvery).Select(static user => (user, true)),
        ];
        foreach (var (user, isTyping) in news)
        {
            if (isTyping)
                said[user] = now;
            else
                said.Remove(user);
        }

        if (said.Count > 0)
            _said[roomId] = said;
        else
            _said.Remove(roomId);
        if (news.Count == 0)
            return;

        foreach (var server in await destinations.ServersInAsync(roomId, cancellationToken))
        {
            foreach (var (user, isTyping) in news)
                Put(server, (roomId, user), new Edu("m.typing", Encode(roomId, user, isTyping)));
            Announce(server);
        }
    }

    static byte[] Encode(RoomId roomId, UserId userId, bool isTyping)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("room_id"u8, roomId.Value);
            writer.WriteBoolean("typing"u8, isTyping);
            writer.WriteString("user_id"u8, userId.Value);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
