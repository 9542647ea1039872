using System.Text.Json;
using System.Threading.Channels;
using Hybrid.Ephemeral.Presence;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Outbound.Edus;

/// <summary>
/// <c>m.presence</c> to other servers: how this server's users are, to servers that share a room with them. However often it changes, it is said of each user
/// only so often; and it is repeated while they are there, since it ends by itself at the other end. Whoever comes into a room is told who is there already.
/// </summary>
public sealed class PresenceEdus(
    PresenceTracker presence, IDestinationRooms destinations, RoomRegistry rooms, ServerIdentity identity, StreamHub hub, TimeProvider time, ILogger<PresenceEdus> logger)
    : BackgroundService, IEduSource
{
    const int MaxPerEdu = 100;
    const int MaxWaitingUsers = 10_000;

    // In a larger room nobody looks at who is there.
    const int MaxWelcoming = 1000;

    static readonly TimeSpan SaidEvery = TimeSpan.FromSeconds(10);
    static readonly TimeSpan RepeatEvery = TimeSpan.FromMinutes(25);
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    readonly LatestPerServer<UserId, PresenceState> _waiting = new(Lifetime, time);

    readonly Channel<Notice> _changed = Channel.CreateBounded<Notice>(
        new BoundedChannelOptions(MaxWaitingUsers) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    // Who was said to be how, and when; who has changed since. Touched by the one reader alone.
    readonly Dictionary<UserId, (DateTimeOffset At, Availability Availability)> _said = [];
    readonly HashSet<UserId> _news = [];
    IDisposable? _following;

    public event Action<ServerName>? Waiting;

    public EduUrgency Urgency => EduUrgency.Presence;

    public bool IsDurable => false;

    public ValueTask<EduBatch> ReadAsync(ServerName destination, int limit, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var edus = new List<Edu>();
        var last = 0L;
        foreach (var part in _waiting.Read(destination).Chunk(MaxPerEdu).Take(limit))
        {
            edus.Add(new Edu("m.presence", Encode(part.Select(static entry => entry.Value), now)));
            last = part[^1].Place;
        }

        return new(edus.Count == 0 ? EduBatch.Empty : new EduBatch(edus, last));
    }

    public ValueTask AcknowledgeAsync(ServerName destination, EduBatch batch, CancellationToken cancellationToken)
    {
        _waiting.Acknowledge(destination, batch.Cursor);
        return ValueTask.CompletedTask;
    }

    public void GiveUp(ServerName destination) => _waiting.GiveUp(destination);

    public ValueTask<IReadOnlyList<ServerName>> ReadWaitingAsync(ServerName? after, int limit, CancellationToken cancellationToken) => new([]);

    // Before anything else runs: what happens from now on is not missed.
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _following = hub.Subscribe(Follow);
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _following?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var look = time.CreateTimer(_ => _changed.Writer.TryWrite(default), null, LookEvery, LookEvery);
        try
        {
            await foreach (var notice in _changed.Reader.ReadAllAsync(stoppingToken))
                await TakeAsync(notice, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // It ends by itself at the other end.
        }
    }

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice is { Stream: StreamKind.Presence, User: { } user } && user.Server == identity.Name)
                _changed.Writer.TryWrite(new Notice(user, null));
            else if (notice.Event is { Type: "m.room.member", Membership: "join" } joined && joined.StateKey == joined.Sender.Value)
                _changed.Writer.TryWrite(new Notice(joined.Sender, joined.RoomId));
        }
    }

    async ValueTask TakeAsync(Notice notice, CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            if (notice is { User: { } comer, Room: { } roomId } && comer.Server != identity.Name)
                await WelcomeAsync(comer.Server, roomId, cancellationToken);
            else if (notice is { User: { } user } && (notice.Room is null || _said.ContainsKey(user)))
                await SayInTimeAsync(user, now, cancellationToken);
            else if (notice.User is null)
                await LookAsync(now, cancellationToken);
        }
#pragma warning disable CA1031 // Whatever it is, it must not end presence for good.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            logger.LogWarning("Who is online cannot be told other servers at the moment: {Reason}", exception.Message);
        }
    }

    // Someone who is away needs no repetition, and is kept in mind only as long as they must not be said anew.
    async ValueTask LookAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
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

            _waiting.Put(server, user, state);
            anyone = true;
        }

        if (anyone)
            Waiting?.Invoke(server);
    }

    async ValueTask SayAsync(UserId user, DateTimeOffset now, CancellationToken cancellationToken)
    {
        _news.Remove(user);
        var state = await presence.ReadAsync(user, cancellationToken);

        _said[user] = (now, state.Availability);
        foreach (var server in await destinations.ServersWithAsync(user, cancellationToken))
        {
            _waiting.Put(server, user, state);
            Waiting?.Invoke(server);
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

    /// <summary>A user whose presence changed, or who came into a room; without a user, a look at who is to be said anew.</summary>
    readonly record struct Notice(UserId? User, RoomId? Room);
}
