using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>A row of <c>events</c>, as it is read.</summary>
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

    /// <summary>
    /// The bytes as JSON that PostgreSQL takes: it refuses the escape of U+0000, which is replaced by that of U+0001. The digits are
    /// the same in number, so a backslash before the escape keeps its meaning.
    /// </summary>
    public const string Json = @"replace(convert_from(e.json, 'UTF8'), '\u0000', '\u0001')::jsonb";

    public static StoredEvent Read(Row row)
    {
        var sender = SharedTexts.Sender(row.Text(5));
        return new StoredEvent
        {
            Position = row.Integer(0),
            Number = row.Integer(18),
            StateBefore = row.IsNull(19) ? StateNodeHash.Empty : new StateNodeHash(row.Bytes(19)),
            EventId = EventId.Parse(row.Text(1)),
            RoomId = SharedTexts.Room(row.Text(2)),
            Type = SharedTexts.Of(row.Text(3)),
            StateKey = SharedTexts.StateKey(row.OptionalText(4), sender),
            Sender = sender,
            OriginServerTs = row.Integer(6),
            Depth = row.Integer(7),
            Json = row.Bytes(8),
            ReplacesState = Id(row, 9),
            RedactedBy = Id(row, 10),
            Redacts = Id(row, 11),
            RelatesTo = Id(row, 12),
            RelationType = row.OptionalText(13),
            Membership = row.OptionalText(14) is { } membership ? SharedTexts.Of(membership) : null,
            Transaction = row.IsNull(17) ? null : new SendingTransaction(UserId.Parse(row.Text(15)), DeviceId.Parse(row.Text(16)), row.Text(17)),
            Standing = (EventStanding)row.Integer(20),
            IsOutlier = row.IsNull(19) && row.Integer(0) <= LogBand.Aside,
        };
    }

    static EventId? Id(Row row, int column) => row.IsNull(column) ? null : EventId.Parse(row.Text(column));
}
