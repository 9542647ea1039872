using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Accounts;

/// <inheritdoc cref="IExternalIdentityStore"/>
public sealed class SqliteExternalIdentityStore(SqliteDatabase database) : IExternalIdentityStore
{
    public ValueTask<UserId?> FindAsync(ExternalIdentity identity, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryText(
            "SELECT user_id FROM external_identities WHERE issuer = ?1 AND subject = ?2", identity.Issuer, identity.Subject) is { } user
            ? UserId.Parse(user)
            : (UserId?)null));

    public ValueTask<bool> TryLinkAsync(ExternalIdentity identity, UserId userId, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer => writer.Session.Execute(
                "INSERT INTO external_identities (issuer, subject, user_id, linked_ts) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                identity.Issuer, identity.Subject, userId.Value, now.ToUnixTimeMilliseconds()) > 0,
            cancellationToken);

    public ValueTask<IReadOnlyList<ExternalIdentity>> ListAsync(UserId userId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT issuer, subject FROM external_identities WHERE user_id = ?1 ORDER BY issuer, subject",
            static row => new ExternalIdentity(row.GetString(0), row.GetString(1)), userId.Value)));

    public ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => { writer.Session.Execute("DELETE FROM external_identities WHERE user_id = ?1", userId.Value); }, cancellationToken);
}
