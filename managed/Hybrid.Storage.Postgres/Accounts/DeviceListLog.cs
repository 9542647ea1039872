using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Streams;

namespace Hybrid.Storage.Postgres.Accounts;

/// <summary>The stream of users whose devices or keys changed.</summary>
public static class DeviceListLog
{
    /// <summary>Adds a change of <paramref name="userId"/>, published with the commit; its position.</summary>
    public static long Append(PostgresWriter writer, UserId userId)
    {
        var position = writer.NextPosition(StreamKind.DeviceLists);
        // Who reads on from before an older change reads on to this one too: the latest says it all.
        writer.Session.Defer("DELETE FROM device_list_changes WHERE user_id = $1", userId.Value);
        writer.Session.Defer("INSERT INTO device_list_changes (position, user_id) VALUES ($1, $2)", position, userId.Value);
        writer.Notify(new StreamNotice(StreamKind.DeviceLists, position) { User = userId });
        return position;
    }
}
