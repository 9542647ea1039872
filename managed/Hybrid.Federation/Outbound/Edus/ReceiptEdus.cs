using System.Threading.Channels;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Outbound.Edus;

/// <summary>
/// <c>m.receipt</c> to other servers: how far this server's users have read, public receipts alone. In rooms of many servers they are gathered, for longer
/// the more servers there are: everyone reads, and nobody waits for it.
/// </summary>
public sealed class ReceiptEdus(
    IReceiptStore receipts, IDestinationRooms destinations, ServerIdentity identity, StreamHub hub, TimeProvider time, ILogger<ReceiptEdus> logger)
    : BackgroundService, IEduSource
{
    // How many transactions the receipts of one room cost in a second.
    const double TransactionsPerSecond = 50;

    const int MaxPerEdu = 500;
    const int MaxWaitingNotices = 10_000;

    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    readonly LatestPerServer<(RoomId, UserId, string?), Receipt> _waiting = new(Lifetime, time);

    // Without a room it stands for a look at what is gathered.
    readonly Channel<(RoomId? Room, long Position)> _changed = Channel.CreateBounded<(RoomId?, long)>(
        new BoundedChannelOptions(MaxWaitingNotices) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    // Touched by the one reader alone.
    readonly Dictionary<RoomId, Gathering> _gathered = [];
    IDisposable? _following;

    public event Action<ServerName>? Waiting;

    public EduUrgency Urgency => EduUrgency.Receipts;

    public bool IsDurable => false;

    public ValueTask<EduBatch> ReadAsync(ServerName destination, int limit, CancellationToken cancellationToken) =>
        new(ReceiptContents.Pack(_waiting.Read(destination), limit, MaxPerEdu));

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
            await foreach (var (roomId, position) in _changed.Reader.ReadAllAsync(stoppingToken))
                await TakeAsync(roomId, position, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Their users will read on.
        }
    }

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice is { Stream: StreamKind.Receipts, Room: { } roomId, User: { } user } && user.Server == identity.Name)
                _changed.Writer.TryWrite((roomId, notice.Position));
        }
    }

    async ValueTask TakeAsync(RoomId? changed, long position, CancellationToken cancellationToken)
    {
        try
        {
            if (changed is { } roomId)
            {
                await GatherAsync(roomId, position, cancellationToken);
                return;
            }

            foreach (var (due, gathering) in _gathered.ToList())
                await SendAsync(due, gathering, cancellationToken);
        }
#pragma warning disable CA1031 // Whatever it is, it must not end receipts for good.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            logger.LogWarning("Receipts cannot be told other servers at the moment: {Reason}", exception.Message);
        }
    }

    async ValueTask GatherAsync(RoomId roomId, long position, CancellationToken cancellationToken)
    {
        if ((await destinations.ServersInAsync(roomId, cancellationToken)).Count == 0)
            return;

        if (!_gathered.TryGetValue(roomId, out var gathering))
            _gathered.Add(roomId, gathering = new Gathering());
        foreach (var receipt in await receipts.ReadRoomAsync(roomId, position - 1, position, cancellationToken))
        {
            if (!receipt.IsPrivate && receipt.UserId.Server == identity.Name)
                gathering.Receipts[(receipt.UserId, receipt.ThreadId)] = receipt;
        }

        await SendAsync(roomId, gathering, cancellationToken);
    }

    async ValueTask SendAsync(RoomId roomId, Gathering gathering, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now < gathering.NotBefore)
            return;

        if (gathering.Receipts.Count == 0)
        {
            _gathered.Remove(roomId);
            return;
        }

        var servers = await destinations.ServersInAsync(roomId, cancellationToken);
        gathering.NotBefore = now + TimeSpan.FromSeconds(servers.Count / TransactionsPerSecond);
        foreach (var server in servers)
        {
            foreach (var receipt in gathering.Receipts.Values)
                _waiting.Put(server, (roomId, receipt.UserId, receipt.ThreadId), receipt);
            Waiting?.Invoke(server);
        }

        gathering.Receipts.Clear();
    }

    sealed class Gathering
    {
        public Dictionary<(UserId, string?), Receipt> Receipts { get; } = [];

        public DateTimeOffset NotBefore { get; set; }
    }
}
