using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <content>Appends: those that wait together are written together, by <see cref="RoomAppends"/>.</content>
public sealed partial class PostgresRoomStore
{
    public async ValueTask AppendAsync(RoomAppend append, CancellationToken cancellationToken)
    {
        try
        {
            await database.WriteTogetherAsync(_appends, append, cancellationToken);
        }
        catch (Exception exception) when (exception is not StoreUnavailableException)
        {
            // The positions will be given out again; none of these events has one. Of a commit whose outcome is unknown they may stand.
            foreach (var entry in append.Events.Concat(append.History).Concat(append.Aside))
                entry.Position = 0;
            throw;
        }
    }
}
