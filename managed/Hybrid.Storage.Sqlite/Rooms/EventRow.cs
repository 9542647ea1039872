using System.Runtime.InteropServices;
using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <summary>A row of <c>events</c>, read and written.</summary>
static class EventRow
{
    /// <summary>What <see cref="Read"/> expects a query to select first; the table is called <c>e</c>.</summary>
    public const string Columns =
        "e.position, e.event_id, e.room_id, e.type, e.state_key, e.sender, e.origin_server_ts, e.depth, e.json, e.replaces_state, "
        + "e.redacted_by, e.redacts, e.relates_to, e.relation_type, e.membership, e.transaction_user, e.transaction_device, e.transaction_id, "
        + "e.number, e.state_before, e.standing";

    /// <summary>How many columns <see cref="Columns"/> names.</summary>
    public const int ColumnCount = 21;

    /// <summary><see cref="LogBand.Aside"/> as SQL.</summary>
    public const string Aside = "-4503599627370496";

    /// <summary>The condition that an event is in the timeline of its room; the table is called <c>e</c>.</summary>
    public const string InTimeline = "e.position > " + Aside;

    public static StoredEvent Read(SqliteDataReader row)
    {
        var sender = SharedTexts.Sender(row.GetString(5));
        return new StoredEvent
        {
            Position = row.GetInt64(0),
            Number = row.GetInt64(18),
            StateBefore = row.IsDBNull(19) ? StateNodeHash.Empty : new StateNodeHash(row.GetFieldValue<byte[]>(19)),
            EventId = EventId.Parse(row.GetString(1)),
            RoomId = SharedTexts.Room(row.GetString(2)),
            Type = SharedTexts.Of(row.GetString(3)),
            StateKey = SharedTexts.StateKey(Text(row, 4), sender),
            Sender = sender,
            OriginServerTs = row.GetInt64(6),
            Depth = row.GetInt64(7),
            Json = row.GetFieldValue<byte[]>(8),
            ReplacesState = Id(row, 9),
            RedactedBy = Id(row, 10),
            Redacts = Id(row, 11),
            RelatesTo = Id(row, 12),
            RelationType = Text(row, 13),
            Membership = Text(row, 14) is { } membership ? SharedTexts.Of(membership) : null,
            Transaction = row.IsDBNull(17)
                ? null
                : new SendingTransaction(UserId.Parse(row.GetString(15)), DeviceId.Parse(row.GetString(16)), row.GetString(17)),
            Standing = (EventStanding)row.GetInt32(20),
            IsOutlier = row.IsDBNull(19) && row.GetInt64(0) <= LogBand.Aside,
        };
    }

    /// <summary>An array over the bytes, copied only when they are part of a larger one.</summary>
    public static byte[] Bytes(ReadOnlyMemory<byte> json) =>
        MemoryMarshal.TryGetArray(json, out var segment) && segment is { Offset: 0, Array: { } array } && array.Length == segment.Count
            ? array
            : json.ToArray();

    static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    static EventId? Id(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : EventId.Parse(row.GetString(column));
}
