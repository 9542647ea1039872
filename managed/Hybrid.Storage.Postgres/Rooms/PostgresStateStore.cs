using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.State;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>The nodes of state maps, and the numbers of names.</summary>
public sealed partial class PostgresStateStore(PostgresDatabase database) : IStateStore
{
    public async ValueTask<IReadOnlyList<StateNode>> ReadNodesAsync(long room, IReadOnlyList<StateNodeHash> hashes, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT hash, bytes FROM state_nodes WHERE room = $1 AND hash = ANY ($2)",
                static row => new StateNode(new StateNodeHash(row.Bytes(0)), row.Bytes(1)), room, Sql.Hashes(hashes)),
            cancellationToken);

    public async ValueTask<IReadOnlyList<StateName>> FindNamesAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        names.Count == 0
            ? []
            : await database.ReadAsync(
                session => session.QueryAsync(
                    "SELECT name, number FROM state_names WHERE name = ANY ($1)",
                    static row => new StateName(row.Text(0), row.Integer(1)), Sql.Texts(names)),
                cancellationToken);

    public async ValueTask<StateNumbers> ReadNumbersAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            static async session => new StateNumbers(
                await session.QueryIntegerAsync("SELECT MAX(number) FROM events") ?? 0, await session.QueryIntegerAsync("SELECT MAX(number) FROM state_names") ?? 0),
            cancellationToken);

    public ValueTask PlaceAsync(RoomId roomId, IReadOnlyCollection<StatePlace> places, StateAddition state, CancellationToken cancellationToken)
    {
        var rows = new StateRows();
        rows.Add(roomId, state);
        return database.WriteAsync(
            async writer =>
            {
                writer.Session.Defer(
                    "UPDATE events e SET state_before = p.before FROM unnest($1, $2) AS p (number, before) WHERE e.number = p.number",
                    Sql.Integers(places.Select(static place => place.Number)), Sql.Hashes(places.Select(static place => place.Before)));
                rows.Write(writer.Session);
                await writer.Session.ExecuteAsync("UPDATE rooms SET state_root = $2 WHERE room_id = $1", roomId.Value, state.Root.ToArray());
            },
            cancellationToken);
    }
}
