using System.Text.Json;
using Hybrid.Ephemeral.Presence;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Outbound.Edus;

/// <summary>
/// <c>m.presence</c> to other servers: how this server's users are, to servers that share a room with them. However often it changes, it is said of each user
/// only so often; and it is repeated while they are there, since it ends by itself at the other end. Whoever comes into a room is told who is there already.
/// </summary>
public sealed class PresenceEdus(
    PresenceTracker presence, IDestinationRooms destinations, RoomRegistry rooms, ServerIdentity identity, StreamHub hub, TimeProvider time, ILogger<PresenceEdus> logger)
    : VolatileEdus<PresenceEdus.Notice, UserId, PresenceState>(Lifetime, LookEvery, hub, time, logger)
{
    const int MaxPerEdu = 100;

    // In a larger room nobody looks at who is there.
    const int MaxWelcoming = 1000;

    static readonly TimeSpan SaidEvery = TimeSpan.FromSeconds(10);
    static readonly TimeSpan RepeatEvery = TimeSpan.FromMinutes(25);
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    // Who was said to be how, and when; who has changed since. Touched by the one reader alone.
    readonly Dictionary<UserId, (DateTimeOffset At, Availability Availability)> _said = [];
    readonly HashSet<UserId> _news = [];

    public override EduUrgency Urgency => EduUrgency.Presence;

    protected override string Subject => "Who is online";

    protected override EduBatch Pack(IReadOnlyList<(long Place, PresenceState Value)> waiting, int limit)
    {
        var now = Time.GetUtcNow().ToUnixTimeMilliseconds();
        var edus = new List<Edu>();
        var last = 0L;
        foreach (var part in waiting.Chunk(MaxPerEdu).Take(limit))
        {
            edus.Add(new Edu("m.presence", Encode(part.Select(static entry => entry.Value), now)));
            last = part[^1].Place;
        }

        return edus.Count == 0 ? EduBatch.Empty : new EduBatch(edus, last);
    }

    protected override Notice? Read(in StreamNotice notice)
    {
        if (notice is { Stream: StreamKind.Presence, User: { } user } && user.Server == identity.Name)
            return new Notice(user, null);

        return notice.Event is { Type: "m.room.member", Membership: "join" } joined && joined.StateKey == joined.Sender.Value
            ? new Notice(joined.Sender, joined.RoomId)
            : null;
    }

    protected override async ValueTask TakeAsync(Notice notice, CancellationToken cancellationToken)
    {
        if (notice is { Room: { } roomId } && notice.User.Server != identity.Name)
            await WelcomeAsync(notice.User.Server, roomId, cancellationToken);
        else if (notice.Room is null || _said.ContainsKey(notice.User))
            await SayInTimeAsync(notice.User, Time.GetUtcNow(), cancellationToken);
    }

    // Someone who is away needs no repetition, and is kept in mind only as long as they must not be said anew.
    protected override async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        foreach (var (user, said) in _said)
        {
            if (said.Availability == Availability.Offline && now - said.At >= SaidEvery)
                _said.Remove(user);
            else if (now - said.At >= RepeatEvery)
                _news.Add(user);
        }

        foreach (var user in _news.ToList())
            await SayInTimeAsync(user, now, cancellationToken);
    }

    async ValueTask SayInTimeAsync(UserId user, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!_said.TryGetValue(user, out var said) || now - said.At >= SaidEvery)
            await SayAsync(user, now, cancellationToken);
        else
            _news.Add(user);
    }

    // A member more of a server that is in the room already learns nothing new: then it is said once too often.
    async ValueTask WelcomeAsync(ServerName server, RoomId roomId, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(roomId, cancellationToken) is not { Current.Joined: { Count: <= MaxWelcoming } joined })
            return;

        var anyone = false;
        foreach (var user in joined.Where(user => user.Server == identity.Name))
        {
            var state = await presence.ReadAsync(user, cancellationToken);
            if (state.Availability == Availability.Offline)
                continue;

            Put(server, user, state);
            anyone = true;
        }

        if (anyone)
            Announce(server);
    }

    async ValueTask SayAsync(UserId user, DateTimeOffset now, CancellationToken cancellationToken)
    {
        _news.Remove(user);
        var state = await presence.ReadAsync(user, cancellationToken);

        _said[user] = (now, state.Availability);
        foreach (var server in await destinations.ServersWithAsync(user, cancellationToken))
        {
            Put(server, user, state);
            Announce(server);
        }
    }

    static byte[] Encode(IEnumerable<PresenceState> states, long now)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("push"u8);
            foreach (var state in states)
            {
                writer.WriteStartObject();
                writer.WriteBoolean("currently_active"u8, state.CurrentlyActive);
                writer.WriteNumber("last_active_ago"u8, state.LastActive > 0 ? Math.Max(0, now - state.LastActive) : 0);
                writer.WriteString("presence"u8, state.Availability.ToWire());
                if (state.StatusMessage is { } message)
                    writer.WriteString("status_msg"u8, message);
                writer.WriteString("user_id"u8, state.UserId.Value);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>A user whose presence changed, or who came into a room.</summary>
    public readonly record struct Notice(UserId User, RoomId? Room);
}
