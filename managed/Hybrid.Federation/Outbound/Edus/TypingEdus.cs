using System.Text.Json;
using System.Threading.Channels;
using Hybrid.Ephemeral.Typing;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Outbound.Edus;

/// <summary>
/// <c>m.typing</c> to other servers: who of this server's users types in a room, or has stopped. It is repeated while it lasts, since it ends by itself
/// at the other end.
/// </summary>
public sealed class TypingEdus(
    TypingTracker typing, IDestinationRooms destinations, ServerIdentity identity, StreamHub hub, TimeProvider time, ILogger<TypingEdus> logger)
    : BackgroundService, IEduSource
{
    const int MaxWaitingRooms = 10_000;

    static readonly TimeSpan RepeatEvery = TimeSpan.FromSeconds(40);
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    readonly LatestPerServer<(RoomId, UserId), Edu> _waiting = new(Lifetime, time);

    // Null stands for a look at who still types.
    readonly Channel<RoomId?> _changed = Channel.CreateBounded<RoomId?>(
        new BoundedChannelOptions(MaxWaitingRooms) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    // Who was said to type, and when that was said last. Touched by the one reader alone.
    readonly Dictionary<RoomId, Dictionary<UserId, long>> _said = [];
    IDisposable? _following;

    public event Action<ServerName>? Waiting;

    public EduUrgency Urgency => EduUrgency.Typing;

    public bool IsDurable => false;

    public ValueTask<EduBatch> ReadAsync(ServerName destination, int limit, CancellationToken cancellationToken)
    {
        var read = _waiting.Read(destination).Take(limit).ToList();
        return new(read.Count == 0 ? EduBatch.Empty : new EduBatch([.. read.Select(static entry => entry.Value)], read[^1].Place));
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
            await foreach (var roomId in _changed.Reader.ReadAllAsync(stoppingToken))
                await LookAsync(roomId, stoppingToken);
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
            if (notice is { Stream: StreamKind.Typing, Room: { } roomId })
                _changed.Writer.TryWrite(roomId);
        }
    }

    async ValueTask LookAsync(RoomId? changed, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var roomId in changed is { } one ? (IEnumerable<RoomId>)[one] : [.. _said.Keys])
                await LookAsync(roomId, cancellationToken);
        }
#pragma warning disable CA1031 // Whatever it is, it must not end typing for good; what was missed lasts seconds.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            logger.LogWarning("Who types cannot be told other servers at the moment: {Reason}", exception.Message);
        }
    }

    async ValueTask LookAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        var local = typing.Of(roomId).Users.Where(user => user.Server == identity.Name).ToHashSet();
        var said = _said.GetValueOrDefault(roomId) ?? [];
        List<(UserId User, bool IsTyping)> news =
        [
            .. said.Keys.Where(user => !local.Contains(user)).Select(static user => (user, false)),
            .. local.Where(user => !said.TryGetValue(user, out var at) || time.GetElapsedTime(at, now) >= RepeatEvery).Select(static user => (user, true)),
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
                _waiting.Put(server, (roomId, user), new Edu("m.typing", Encode(roomId, user, isTyping)));
            Waiting?.Invoke(server);
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
