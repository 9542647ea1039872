using System.Collections.Frozen;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Sync.Notifier;

namespace Hybrid.Sync.Streams;

/// <summary>
/// Whose devices a client has to ask for anew, and whose it can forget: <c>device_lists</c> (specification, "Tracking the device
/// list for a user"). Not in an initial sync, after which a client knows no one's.
/// </summary>
sealed class DeviceListStream(IDeviceListStore store, SharedRooms shared, SyncNotifier notifier) : ISyncStream
{
    public async ValueTask WriteAsync(SyncTurn turn, SyncBody body, CancellationToken cancellationToken)
    {
        if (turn.IsInitial)
            return;

        var (changed, left) = await ReadAsync(turn, cancellationToken);
        if (changed.Count == 0 && left.Count == 0)
            return;

        body.HasNews = true;
        Write(body.Writer, changed, left);
    }

    /// <summary>Whose devices changed in the turn's range, or became visible, and whose no longer are; sets <see cref="SyncTurn.NewlySharing"/>.</summary>
    public async ValueTask<(IReadOnlySet<UserId> Changed, IReadOnlySet<UserId> Left)> ReadAsync(SyncTurn turn, CancellationToken cancellationToken)
    {
        var changed = await ReadChangedAsync(turn, cancellationToken);
        if (!turn.MembersMoved)
            return (changed, FrozenSet<UserId>.Empty);

        var sharing = await shared.ReadChangesAsync(
            turn.UserId, turn.Memberships, turn.ChangedRooms, turn.After.Events, turn.UpTo.Events, cancellationToken);
        turn.NewlySharing = sharing.Began;
        changed.UnionWith(sharing.Began);
        return (changed, sharing.Ceased);
    }

    /// <summary>Writes <c>device_lists</c> into an open object.</summary>
    public static void Write(Utf8JsonWriter writer, IEnumerable<UserId> changed, IEnumerable<UserId> left)
    {
        writer.WriteStartObject("device_lists"u8);
        WriteUsers(writer, "changed", changed);
        WriteUsers(writer, "left", left);
        writer.WriteEndObject();
    }

    async ValueTask<HashSet<UserId>> ReadChangedAsync(SyncTurn turn, CancellationToken cancellationToken)
    {
        var (after, upTo) = (turn.After.DeviceLists, turn.UpTo.DeviceLists);
        var changed = new HashSet<UserId>();
        if (after >= upTo)
            return changed;

        var recent = new List<UserId>();
        IEnumerable<UserId> users = notifier.DeviceLists.TryRead(after, upTo, recent)
            ? recent
            : await store.ReadChangedUsersAsync(after, upTo, cancellationToken);
        foreach (var user in users)
        {
            if (user == turn.UserId || (!changed.Contains(user) && await shared.ShareAsync(turn.UserId, user, cancellationToken)))
                changed.Add(user);
        }

        return changed;
    }

    static void WriteUsers(Utf8JsonWriter writer, string name, IEnumerable<UserId> users)
    {
        writer.WriteStartArray(name);
        foreach (var user in users)
            writer.WriteStringValue(user.Value);
        writer.WriteEndArray();
    }
}
