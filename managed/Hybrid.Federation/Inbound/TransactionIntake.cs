using System.Text.Json;
using Hybrid.Federation.Events;
using Hybrid.Federation.Inbound.Edus;
using Hybrid.Federation.Joins;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Federation;
using Microsoft.Extensions.Logging;
using EventId = Hybrid.Primitives.EventId;

namespace Hybrid.Federation.Inbound;

/// <summary>What a transaction's sender is told of an event.</summary>
/// <param name="EventId">Which event.</param>
/// <param name="Error">Why it was not taken; null for one that was.</param>
public sealed record PduResult(string EventId, string? Error);

/// <summary>
/// Takes transactions of other servers: events go into the inbound log, ephemeral data to its handlers, and when it returns all of it is as durable as it
/// will be. Events are received later, by <see cref="RoomLanes"/>.
/// </summary>
public sealed class TransactionIntake
{
    readonly RoomRegistry _rooms;
    readonly IInboundStore _store;
    readonly RoomLanes _lanes;
    readonly JoinsUnderWay _joins;
    readonly InboundOptions _options;
    readonly TimeProvider _time;
    readonly ILogger<TransactionIntake> _logger;
    readonly Dictionary<string, IEduHandler> _handlers;

    public TransactionIntake(
        RoomRegistry rooms, IInboundStore store, RoomLanes lanes, JoinsUnderWay joins, IEnumerable<IEduHandler> handlers, InboundOptions options,
        TimeProvider time, ILogger<TransactionIntake> logger)
    {
        _rooms = rooms;
        _store = store;
        _lanes = lanes;
        _joins = joins;
        _options = options;
        _time = time;
        _logger = logger;
        _handlers = handlers.ToDictionary(static handler => handler.EduType, StringComparer.Ordinal);
    }

    /// <summary>Takes a transaction.</summary>
    /// <param name="origin">Who signed it.</param>
    /// <param name="body">A JSON object.</param>
    /// <param name="cancellationToken">Ends it; what is stored by then stays.</param>
    /// <returns>One result for each event that has an ID; <c>M_INVALID_PARAM</c> for a transaction with more than the specification allows.</returns>
    public async ValueTask<Result<PduResult[]>> TakeAsync(ServerName origin, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var pdus = PduList.Read(body, "pdus", _options.MaxPdus + 1);
        var edus = PduList.Read(body, "edus", _options.MaxEdus + 1);
        if (pdus.Count > _options.MaxPdus || edus.Count > _options.MaxEdus)
            return MatrixError.InvalidParam($"A transaction has at most {_options.MaxPdus} PDUs and {_options.MaxEdus} EDUs.");

        var results = new List<PduResult>(pdus.Count);
        var taken = new List<InboundEvent>(pdus.Count);
        foreach (var pdu in pdus)
        {
            if (await ReadAsync(origin, pdu, taken, cancellationToken) is { } result)
                results.Add(result);
        }

        if (taken.Count > 0)
        {
            await _store.AddAsync(taken, cancellationToken);
            foreach (var roomId in taken.Select(static inbound => inbound.RoomId).Distinct())
                _lanes.Wake(roomId);
        }

        foreach (var edu in edus)
            await HandleAsync(origin, edu, cancellationToken);
        return results.ToArray();
    }

    async ValueTask<PduResult?> ReadAsync(ServerName origin, ReadOnlyMemory<byte> pdu, List<InboundEvent> taken, CancellationToken cancellationToken)
    {
        // Joins are asked first: one that ends between the two has brought the room.
        var isRoom = RoomId.TryParse(PduList.ReadText(pdu.Span, "room_id"), out var roomId);
        var joined = isRoom ? _joins.VersionOf(roomId) : null;
        var room = isRoom ? await _rooms.FindAsync(roomId, cancellationToken) : null;
        if ((room?.Current.Version ?? joined) is not { } version)
        {
            // Without its room, only an event that says its ID has one.
            return PduList.ReadText(pdu.Span, "event_id") is { } named ? new PduResult(named, "The room is not known here.") : null;
        }

        try
        {
            var opened = EventCodec.Open(version, pdu.Span);
            if (room is not null && !ServerAcl.Allows(room.Current, origin))
                return new PduResult(opened.EventId, "The room does not let your server take part.");
            if ((joined is null ? _lanes.Waiting(roomId) : await _store.CountAsync(roomId, cancellationToken)) >= _options.MaxWaiting)
                return new PduResult(opened.EventId, "Too many events of the room wait.");

            taken.Add(new InboundEvent(EventId.Parse(opened.EventId), roomId, origin, _time.GetUtcNow().ToUnixTimeMilliseconds(), pdu));
            return new PduResult(opened.EventId, null);
        }
        catch (Exception exception) when (exception is NativeException or FormatException)
        {
            _logger.LogInformation("{Origin} sends what is no event of {Room}: {Reason}", origin, roomId, exception.Message);
            return null;
        }
    }

    async ValueTask HandleAsync(ServerName origin, ReadOnlyMemory<byte> edu, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(edu);
        var root = document.RootElement;
        if (root.TryGetProperty("edu_type", out var type) && type.ValueKind == JsonValueKind.String && _handlers.TryGetValue(type.GetString()!, out var handler)
            && root.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Object)
        {
            await handler.HandleAsync(origin, content, cancellationToken);
        }
    }
}
