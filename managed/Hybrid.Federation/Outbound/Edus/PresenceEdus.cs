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
/// only so often; and it is repeated while they are there, since it ends by itself at the other end.
/// </summary>
public sealed class PresenceEdus(
    PresenceTracker presence, IDestinationRooms destinations, ServerIdentity identity, StreamHub hub, TimeProvider time, ILogger<PresenceEdus> logger)
    : BackgroundService, IEduSource
{
    const int MaxPerEdu = 100;
    const int MaxWaitingUsers = 10_000;

    static readonly TimeSpan SaidEvery = TimeSpan.FromSeconds(10);
    static readonly TimeSpan RepeatEvery = TimeSpan.FromMinutes(25);
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    readonly LatestPerServer<UserId, PresenceState> _waiting = new(Lifetime, time);

    // Null stands for a look at who is to be said anew.
    readonly Channel<UserId?> _changed = Channel.CreateBounded<UserId?>(
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
        await using var look = time.CreateTimer(_ => _changed.Writer.TryWrite(null), null, LookEvery, LookEvery);
        try
        {
            await foreach (var user in _changed.Reader.ReadAllAsync(stoppingToken))
                await TakeAsync(user, stoppingToken);
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
                _changed.Writer.TryWrite(user);
        }
    }

    async ValueTask TakeAsync(UserId? changed, CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            if (changed is { } user)
                _news.Add(user);
            else
                Look(now);
            foreach (var due in changed is { } one ? (IEnumerable<UserId>)[one] : [.. _news])
            {
                if (!_said.TryGetValue(due, out var said) || now - said.At >= SaidEvery)
                    await SayAsync(due, now, cancellationToken);
            }
        }
#pragma warning disable CA1031 // Whatever it is, it must not end presence for good.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            logger.LogWarning("Who is online cannot be told other servers at the moment: {Reason}", exception.Message);
        }
    }

    // Someone who is away needs no repetition, and is kept in mind only as long as they must not be said anew.
    void Look(DateTimeOffset now)
    {
        foreach (var (user, said) in _said)
        {
            if (said.Availability == Availability.Offline && now - said.At >= SaidEvery)
                _said.Remove(user);
            else if (now - said.At >= RepeatEvery)
                _news.Add(user);
        }
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
}
