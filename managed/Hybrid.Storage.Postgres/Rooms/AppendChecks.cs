using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>Finds out which appends must be refused: those with a used transaction ID or a taken alias, or of a room that is not stored.</summary>
static class AppendChecks
{
    const string TransactionsSql = """
        SELECT t.number, e.event_id FROM unnest($1, $2, $3, $4, $5, $6) AS t (number, user_id, device_id, transaction_id, room_id, type)
        JOIN events e ON e.transaction_user = t.user_id AND e.transaction_device = t.device_id
            AND md5(e.transaction_id) = md5(t.transaction_id) AND e.transaction_id = t.transaction_id
            AND e.room_id = t.room_id AND e.type = t.type
        """;

    /// <summary>For each append why it is refused, or null.</summary>
    public static async Task<Exception?[]> RunAsync(PostgresSession session, IReadOnlyList<RoomAppend> appends)
    {
        var refusals = new Exception?[appends.Count];
        await CheckTransactionsAsync(session, appends, refusals);
        if (appends.Any(static append => append.NewAliases.Count > 0))
            await CheckAliasesAsync(session, appends, refusals);
        for (var i = 0; i < appends.Count; i++)
        {
            if (appends[i].StillApplies?.Invoke() == false)
                refusals[i] ??= new StoreUnavailableException("The room changed while the database was away.", null);
        }

        return refusals;
    }

    static async Task CheckTransactionsAsync(PostgresSession session, IReadOnlyList<RoomAppend> appends, Exception?[] refusals)
    {
        var seen = new Dictionary<(SendingTransaction, RoomId, string), EventId>();
        var asked = new List<(int Number, StoredEvent Event)>();
        for (var i = 0; i < appends.Count; i++)
        {
            foreach (var entry in appends[i].Events)
            {
                if (entry.Transaction is not { } transaction)
                    continue;

                asked.Add((i, entry));
                if (!seen.TryAdd((transaction, entry.RoomId, entry.Type), entry.EventId))
                    refusals[i] ??= new DuplicateTransactionException(seen[(transaction, entry.RoomId, entry.Type)]);
            }
        }

        if (asked.Count == 0)
            return;

        foreach (var (number, eventId) in await session.QueryAsync(
            TransactionsSql,
            static row => ((int)row.Integer(0), EventId.Parse(row.Text(1))),
            Sql.Integers(asked.Select(static entry => (long)entry.Number)),
            Sql.Texts(asked.Select(static entry => entry.Event.Transaction!.UserId.Value)),
            Sql.Texts(asked.Select(static entry => entry.Event.Transaction!.DeviceId.Value)),
            Sql.Texts(asked.Select(static entry => entry.Event.Transaction!.TransactionId)),
            Sql.Texts(asked.Select(static entry => entry.Event.RoomId.Value)),
            Sql.Texts(asked.Select(static entry => entry.Event.Type))))
        {
            refusals[number] = new DuplicateTransactionException(eventId);
        }
    }

    static async Task CheckAliasesAsync(PostgresSession session, IReadOnlyList<RoomAppend> appends, Exception?[] refusals)
    {
        var taken = (await session.QueryAsync(
            "SELECT alias FROM aliases WHERE alias = ANY ($1)",
            static row => RoomAlias.Parse(row.Text(0)),
            Sql.Texts(appends.SelectMany(static append => append.NewAliases).Select(static alias => alias.Value)))).ToHashSet();
        for (var i = 0; i < appends.Count; i++)
        {
            if (refusals[i] is not null)
                continue;

            foreach (var alias in appends[i].NewAliases)
            {
                if (!taken.Add(alias))
                    refusals[i] ??= new AliasTakenException(alias);
            }
        }
    }
}
