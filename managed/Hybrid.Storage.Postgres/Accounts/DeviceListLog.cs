using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Streams;

namespace Hybrid.Storage.Postgres.Accounts;

/// <summary>The stream of users whose devices or keys changed.</summary>
static class DeviceListLog
{
    /// <summary>Adds a change of <paramref name="userId"/>, published with the commit.</summary>
    public static void Append(PostgresWriter writer, UserId userId)
    {
        var position = writer.NextPosition(StreamKind.DeviceLists);
        writer.Session.Defer("INSERT INTO device_list_changes (position, user_id) VALUES ($1, $2)", position, userId.Value);
        writer.Notify(new StreamNotice(StreamKind.DeviceLists, position) { User = userId });
    }
}
