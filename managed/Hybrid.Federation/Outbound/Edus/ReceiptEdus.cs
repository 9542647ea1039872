using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Outbound.Edus;

/// <summary>
/// <c>m.receipt</c> to other servers: how far this server's users have read, public receipts alone. In rooms of many servers they are gathered, for longer
/// the more servers there are: everyone reads, and nobody waits for it.
/// </summary>
public sealed class ReceiptEdus(
    IReceiptStore receipts, IDestinationRooms destinations, ServerIdentity identity, StreamHub hub, TimeProvider time, ILogger<ReceiptEdus> logger)
    : VolatileEdus<(RoomId Room, long Position), (RoomId, UserId, string?), Receipt>(Lifetime, LookEvery, hub, time, logger)
{
    // How many transactions the receipts of one room cost in a second.
    const double TransactionsPerSecond = 50;

    const int MaxPerEdu = 500;

    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    // Touched by the one reader alone.
    readonly Dictionary<RoomId, Gathering> _gathered = [];

    public override EduUrgency Urgency => EduUrgency.Receipts;

    protected override string Subject => "Receipts";

    protected override (RoomId Room, long Position)? Read(in StreamNotice notice) =>
        notice is { Stream: StreamKind.Receipts, Room: { } roomId, User: { } user } && user.Server == identity.Name ? (roomId, notice.Position) : null;

    protected override EduBatch Pack(IReadOnlyList<(long Place, Receipt Value)> waiting, int limit) => ReceiptContents.Pack(waiting, limit, MaxPerEdu);

    protected override async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        foreach (var (due, gathering) in _gathered.ToList())
            await SendAsync(due, gathering, cancellationToken);
    }

    protected override async ValueTask TakeAsync((RoomId Room, long Position) notice, CancellationToken cancellationToken)
    {
        var (roomId, position) = notice;
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
        var now = Time.GetUtcNow();
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
                Put(server, (roomId, receipt.UserId, receipt.ThreadId), receipt);
            Announce(server);
        }

        gathering.Receipts.Clear();
    }

    sealed class Gathering
    {
        public Dictionary<(UserId, string?), Receipt> Receipts { get; } = [];

        public DateTimeOffset NotBefore { get; set; }
    }
}
