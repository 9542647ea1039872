using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>
/// Writes the appends of many rooms with a few statements: one message asks what could stand in the way of any of them, a second
/// one has a statement per table with the rows of all. An event and everything derived from it go into the same commit.
/// </summary>
sealed class RoomAppends : ISharedWork<RoomAppend>
{
    public async Task<Exception?[]> RunAsync(PostgresWriter writer, IReadOnlyList<RoomAppend> items)
    {
        var refusals = await AppendChecks.RunAsync(writer.Session, items);
        var low = await LowPositions.ReadAsync(writer.Session, items);
        var rows = new AppendRows();
        for (var i = 0; i < items.Count; i++)
        {
            if (refusals[i] is null)
                Take(writer, low, rows, items[i]);
        }

        rows.Write(writer.Session);
        return refusals;
    }

    static void Take(PostgresWriter writer, LowPositions low, AppendRows rows, RoomAppend append)
    {
        foreach (var entry in append.Events)
            entry.Position = writer.NextPosition(StreamKind.Events);
        if (append.Mark is { } mark)
            mark.Position = writer.NextPosition(StreamKind.Events);
        low.Give(append);
        rows.Add(append);
        if (append.Committed is { } committed)
            writer.AfterCommit(committed);
        foreach (var notice in AppendedState.Notices(append))
            writer.Notify(notice);
    }
}
