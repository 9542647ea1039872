using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>Gives out positions below those that are taken, in history and aside, to appends that share a commit.</summary>
sealed class LowPositions
{
    long _history;
    long _aside;

    /// <summary>Reads what is taken, if any of the appends needs to know.</summary>
    public static async Task<LowPositions> ReadAsync(PostgresSession session, IReadOnlyList<RoomAppend> appends)
    {
        var positions = new LowPositions();
        if (appends.Any(static append => append.History.Count > 0))
        {
            positions._history = await session.QueryIntegerAsync(
                "SELECT MIN(position) FROM events WHERE position > " + EventRow.Aside + " AND position < 0") ?? 0;
        }

        if (appends.Any(static append => append.Aside.Count > 0))
        {
            positions._aside = await session.QueryIntegerAsync("SELECT MIN(position) FROM events WHERE position <= " + EventRow.Aside) ?? LogBand.Aside;
        }

        return positions;
    }

    /// <summary>Gives the events of an append that are beside the log their positions.</summary>
    public void Give(RoomAppend append)
    {
        foreach (var entry in append.History)
            entry.Position = --_history;
        foreach (var entry in append.Aside)
            entry.Position = --_aside;
    }
}
