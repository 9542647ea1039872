using Hybrid.Accounts.AccountData;
using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Storage.AccountData;
using Hybrid.Sync.Notifier;

namespace Hybrid.Sync;

/// <summary>Begins turns: gathers what every stream wants to know, from memory as far as the notifier's logs reach back.</summary>
sealed class SyncTurns(SyncNotifier notifier, MembershipIndex index, HiddenUsers ignored, InvitePermissions invites, IAccountDataStore accountData)
{
    public async ValueTask<SyncTurn> BeginAsync(SyncRequest request, StreamPositions? after, StreamPositions upTo, CancellationToken cancellationToken)
    {
        var memberships = await index.OfAsync(request.UserId, cancellationToken);
        var start = after?.Events ?? 0;
        var changes = new List<RoomChange>();
        var known = after is not null && notifier.Events.TryRead(start, upTo.Events, changes);
        return new SyncTurn(request, after, upTo)
        {
            Memberships = memberships,
            Ignored = await ignored.OfAsync(request.UserId, cancellationToken),
            Invites = await invites.OfAsync(request.UserId, cancellationToken),
            AccountData = await ReadAccountDataAsync(request.UserId, after, upTo, cancellationToken),
            ChangedRooms = known
                ? [.. changes.Select(static change => change.RoomId).Where(memberships.ContainsKey).Distinct()]
                : start == upTo.Events ? [] : [.. memberships.Keys],
            MembersMoved = known ? changes.Exists(change => change.IsMember && memberships.ContainsKey(change.RoomId)) : start != upTo.Events,
        };
    }

    /// <summary>Where to go on from. A token from the future comes from a database that was rolled back: the client goes on from what there is.</summary>
    public static StreamPositions Clamp(StreamPositions since, StreamPositions now) => new(
        Math.Min(since.Events, now.Events), Math.Min(since.ToDevice, now.ToDevice), Math.Min(since.AccountData, now.AccountData),
        Math.Min(since.Receipts, now.Receipts), Math.Min(since.DeviceLists, now.DeviceLists), Math.Min(since.Typing, now.Typing),
        Math.Min(since.Presence, now.Presence));

    async ValueTask<IReadOnlyList<AccountDataRecord>> ReadAccountDataAsync(
        UserId userId, StreamPositions? after, StreamPositions upTo, CancellationToken cancellationToken)
    {
        var start = after?.AccountData ?? 0;
        if (start >= upTo.AccountData)
            return [];

        var users = new List<UserId>();
        if (notifier.AccountData.TryRead(start, upTo.AccountData, users) && !users.Contains(userId))
            return [];

        return await accountData.ReadChangesAsync(userId, start, upTo.AccountData, cancellationToken);
    }
}
