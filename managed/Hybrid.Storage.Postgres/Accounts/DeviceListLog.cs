using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Streams;

namespace Hybrid.Storage.Postgres.Accounts;

/// <summary>The stream of users whose devices or keys changed, and what of it other servers are told.</summary>
public static class DeviceListLog
{
    // Removed devices per user that other servers are told of one by one; who missed older ones asks for the whole list.
    const long MaxRemoved = 100;

    /// <summary>Adds a change of <paramref name="userId"/> that this server's users see, published with the commit; its position.</summary>
    public static long Append(PostgresWriter writer, UserId userId) => Announce(writer, userId, writer.NextPosition(StreamKind.DeviceLists));

    /// <summary>Adds changes of devices of one of this server's users.</summary>
    public static void AppendDevices(PostgresWriter writer, UserId userId, params IReadOnlyCollection<string> deviceIds)
    {
        var position = 0L;
        foreach (var deviceId in deviceIds)
        {
            // One position each: for other servers it names the update.
            position = writer.NextPosition(StreamKind.DeviceLists);
            Record(writer.Session, userId, DeviceChangeKind.Device, deviceId, position);
        }

        if (position > 0)
            Announce(writer, userId, position);
    }

    /// <summary>Adds the removal of devices of one of this server's users, who has them no more.</summary>
    public static async Task AppendRemovedAsync(PostgresWriter writer, UserId userId, IReadOnlyCollection<string> deviceIds)
    {
        AppendDevices(writer, userId, deviceIds);
        if (await writer.Session.QueryIntegerAsync(
            """
            SELECT position FROM device_changes c WHERE user_id = $1 AND kind = 0
                AND NOT EXISTS (SELECT 1 FROM devices d WHERE d.user_id = c.user_id AND d.device_id = c.device_id)
            ORDER BY position DESC LIMIT 1 OFFSET $2
            """,
            userId.Value, MaxRemoved) is not { } oldest)
        {
            return;
        }

        writer.Session.Defer(
            """
            DELETE FROM device_changes c WHERE user_id = $1 AND kind = 0 AND position <= $2
                AND NOT EXISTS (SELECT 1 FROM devices d WHERE d.user_id = c.user_id AND d.device_id = c.device_id)
            """,
            userId.Value, oldest);
        Record(writer.Session, userId, DeviceChangeKind.Forgotten, "", oldest);
    }

    /// <summary>Adds a change of the cross-signing keys, or of the signatures on them, that other servers see too.</summary>
    public static void AppendSigningKeys(PostgresWriter writer, UserId userId) =>
        Record(writer.Session, userId, DeviceChangeKind.SigningKeys, "", Append(writer, userId));

    static long Announce(PostgresWriter writer, UserId userId, long position)
    {
        // Who reads on from before an older change reads on to this one too: the latest says it all.
        writer.Session.Defer("DELETE FROM device_list_changes WHERE user_id = $1", userId.Value);
        writer.Session.Defer("INSERT INTO device_list_changes (position, user_id) VALUES ($1, $2)", position, userId.Value);
        writer.Notify(new StreamNotice(StreamKind.DeviceLists, position) { User = userId });
        return position;
    }

    static void Record(PostgresSession session, UserId userId, DeviceChangeKind kind, string deviceId, long position) => session.Defer(
        """
        INSERT INTO device_changes (user_id, kind, device_id, position) VALUES ($1, $2, $3, $4)
        ON CONFLICT (user_id, kind, device_id) DO UPDATE SET position = excluded.position
        """,
        userId.Value, (long)kind, deviceId, position);
}
