using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Federation;

/// <summary>Keys of other servers in PostgreSQL.</summary>
public sealed class PostgresServerKeyStore(PostgresDatabase database) : IServerKeyStore
{
    public async ValueTask<IReadOnlyList<ServerKey>> ReadAsync(IReadOnlyCollection<ServerName> servers, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT server_name, key_id, public_key, valid_until_ts FROM server_keys WHERE server_name = ANY($1) ORDER BY server_name, key_id",
                static row => new ServerKey(row.Text(0), row.Text(1), row.Text(2), row.Integer(3)),
                Sql.Texts(servers.Select(static server => server.Value))),
            cancellationToken);

    public async ValueTask StoreAsync(ServerKeyAnswer answer, CancellationToken cancellationToken) => await database.WriteAsync(
        async writer =>
        {
            var (session, server) = (writer.Session, answer.Server.Value);
            await session.ExecuteAsync(
                """
                INSERT INTO server_key_answers (server_name, fetched_ts, valid_until_ts, json) VALUES ($1, $2, $3, $4)
                ON CONFLICT (server_name, fetched_ts) DO UPDATE SET valid_until_ts = excluded.valid_until_ts, json = excluded.json
                """,
                server, answer.FetchedTs, answer.ValidUntil, Sql.Bytes(answer.Json));
            foreach (var key in answer.Keys)
            {
                await session.ExecuteAsync(
                    """
                    INSERT INTO server_keys (server_name, key_id, public_key, valid_until_ts, fetched_ts) VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT (server_name, key_id) DO UPDATE
                    SET public_key = excluded.public_key, valid_until_ts = excluded.valid_until_ts, fetched_ts = excluded.fetched_ts
                    """,
                    server, key.KeyId, key.PublicKey, key.ValidUntil, answer.FetchedTs);
            }

            await session.ExecuteAsync(
                """
                DELETE FROM server_key_answers
                WHERE server_name = $1 AND fetched_ts NOT IN (SELECT fetched_ts FROM server_keys WHERE server_name = $1)
                """,
                server);
        },
        cancellationToken);

    public async ValueTask<IReadOnlyList<ServerKeyAnswer>> ReadAnswersAsync(ServerName server, IReadOnlyCollection<string> keyIds, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT fetched_ts, valid_until_ts, json FROM server_key_answers
                WHERE server_name = $1 AND ($3 OR fetched_ts IN (SELECT fetched_ts FROM server_keys WHERE server_name = $1 AND key_id = ANY($2)))
                ORDER BY fetched_ts DESC
                """,
                row => new ServerKeyAnswer(server, [], row.Bytes(2), row.Integer(0), row.Integer(1)),
                server.Value, Sql.Texts(keyIds), keyIds.Count == 0),
            cancellationToken);
}
