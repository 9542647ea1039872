using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Federation;

/// <summary>Keys of other servers in SQLite.</summary>
public sealed class SqliteServerKeyStore(SqliteDatabase database) : IServerKeyStore
{
    public ValueTask<IReadOnlyList<ServerKey>> ReadAsync(IReadOnlyCollection<ServerName> servers, CancellationToken cancellationToken) =>
        new(database.Read(session =>
        {
            var keys = new List<ServerKey>();
            foreach (var server in servers)
            {
                keys.AddRange(session.Query(
                    "SELECT server_name, key_id, public_key, valid_until_ts FROM server_keys WHERE server_name = ?1 ORDER BY key_id",
                    static row => new ServerKey(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3)), server.Value));
            }

            return keys;
        }));

    public ValueTask StoreAsync(ServerKeyAnswer answer, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            var (session, server) = (writer.Session, answer.Server.Value);
            session.Execute(
                """
                INSERT INTO server_key_answers (server_name, fetched_ts, valid_until_ts, json) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (server_name, fetched_ts) DO UPDATE SET valid_until_ts = excluded.valid_until_ts, json = excluded.json
                """,
                server, answer.FetchedTs, answer.ValidUntil, answer.Json.ToArray());
            foreach (var key in answer.Keys)
            {
                session.Execute(
                    """
                    INSERT INTO server_keys (server_name, key_id, public_key, valid_until_ts, fetched_ts) VALUES (?1, ?2, ?3, ?4, ?5)
                    ON CONFLICT (server_name, key_id) DO UPDATE
                    SET public_key = excluded.public_key, valid_until_ts = excluded.valid_until_ts, fetched_ts = excluded.fetched_ts
                    """,
                    server, key.KeyId, key.PublicKey, key.ValidUntil, answer.FetchedTs);
            }

            session.Execute(
                """
                DELETE FROM server_key_answers
                WHERE server_name = ?1 AND fetched_ts NOT IN (SELECT fetched_ts FROM server_keys WHERE server_name = ?1)
                """,
                server);
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<ServerKeyAnswer>> ReadAnswersAsync(ServerName server, IReadOnlyCollection<string> keyIds, CancellationToken cancellationToken) =>
        new(database.Read(session =>
        {
            var wanted = new HashSet<long>();
            foreach (var keyId in keyIds)
            {
                if (session.QueryInteger("SELECT fetched_ts FROM server_keys WHERE server_name = ?1 AND key_id = ?2", server.Value, keyId) is { } fetchedTs)
                    wanted.Add(fetchedTs);
            }

            var answers = session.Query(
                "SELECT fetched_ts, valid_until_ts, json FROM server_key_answers WHERE server_name = ?1 ORDER BY fetched_ts DESC", row => Read(server, row), server.Value);
            return keyIds.Count == 0 ? answers : answers.FindAll(answer => wanted.Contains(answer.FetchedTs));
        }));

    static ServerKeyAnswer Read(ServerName server, SqliteDataReader row) => new(server, [], row.GetFieldValue<byte[]>(2), row.GetInt64(0), row.GetInt64(1));
}
