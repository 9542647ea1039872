using System.Collections.Frozen;
using System.Text.Json;
using Hybrid.Accounts.AccountData;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.State;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Rooms;
using Hybrid.Sync.Streams;

namespace Hybrid.Sync.Sliding;

/// <summary>Finds the rooms that a request shows: the user's rooms by activity, filtered, and the ranges of that (MSC4186, "Lists").</summary>
sealed class RoomLists(RoomRegistry rooms, RoomMemberships memberships, RoomActivity activity, AccountDataService accountData, IAccountDataStore store)
{
    public async ValueTask<RoomWindows> FindAsync(SlidingRequest request, SyncTurn turn, ConnectionTurn connection, CancellationToken cancellationToken)
    {
        await activity.LoadAsync(turn.UserId, cancellationToken);
        var direct = await ReadDirectAsync(turn.UserId, cancellationToken);
        var lists = new Dictionary<string, RoomWindow>(StringComparer.Ordinal);
        var subscribed = new Dictionary<RoomId, RoomTerms>();
        if (request.Lists.Count > 0)
        {
            var all = await ReadListedAsync(turn, connection, cancellationToken);
            all.Sort(ListedRoom.Order);
            foreach (var (key, list) in request.Lists)
            {
                var filtered = list.Filter is { } filter ? await FilterAsync(all, filter, turn, direct, cancellationToken) : all;
                lists.Add(key, RoomWindow.Of(filtered, list.Ranges));
            }
        }

        foreach (var (roomId, terms) in request.Subscriptions)
        {
            if (turn.Memberships.TryGetValue(roomId, out var current)
                && await memberships.AtEndAsync(current, turn, cancellationToken) is { } membership
                && await MaySeeAsync(membership, turn, cancellationToken))
            {
                subscribed[roomId] = terms;
            }
        }

        return RoomWindows.Of(request, lists, subscribed, direct);
    }

    async ValueTask<List<ListedRoom>> ReadListedAsync(SyncTurn turn, ConnectionTurn connection, CancellationToken cancellationToken)
    {
        var listed = new List<ListedRoom>(turn.Memberships.Count);
        foreach (var current in turn.Memberships.Values)
        {
            if (await memberships.AtEndAsync(current, turn, cancellationToken) is not { } membership)
                continue;

            // Who left by themselves knows that; who is kicked or banned may not.
            var leftBefore = membership.Membership == "leave" && membership.Sender == turn.UserId && !connection.Rooms.ContainsKey(membership.RoomId);
            if (!leftBefore && await MaySeeAsync(membership, turn, cancellationToken))
                listed.Add(new ListedRoom(membership, membership.Membership == "join" ? activity.Of(membership.RoomId) : membership.Position));
        }

        return listed;
    }

    // Who was banned without having been there has nothing to see.
    async ValueTask<bool> MaySeeAsync(MembershipRecord membership, SyncTurn turn, CancellationToken cancellationToken) => membership switch
    {
        { Forgotten: true } => false,
        { Membership: "invite" or "knock" } => turn.ShowsPending(membership),
        { Membership: "ban" } => await memberships.WasJoinedBeforeAsync(membership, cancellationToken),
        _ => true,
    };

    async ValueTask<List<ListedRoom>> FilterAsync(
        List<ListedRoom> entries, RoomListFilter filter, SyncTurn turn, FrozenSet<RoomId> direct, CancellationToken cancellationToken)
    {
        var children = filter.Spaces is null ? null : await ReadChildrenAsync(filter.Spaces, turn, cancellationToken);
        var tags = filter.Tags is null && filter.NotTags is null ? null : await ReadTagsAsync(turn, cancellationToken);
        var passed = new List<ListedRoom>();
        foreach (var entry in entries)
        {
            var roomId = entry.Membership.RoomId;
            if ((filter.IsDirect is { } isDirect && direct.Contains(roomId) != isDirect)
                || (filter.IsInvited is { } isInvited && (entry.Membership.Membership == "invite") != isInvited)
                || (children is not null && !children.Contains(roomId))
                || (tags is not null && !PassesTags(filter, tags.GetValueOrDefault(roomId))))
            {
                continue;
            }

            if (!filter.NeedsState || (await rooms.FindAsync(roomId, cancellationToken) is { } room && PassesState(filter, room.Current)))
                passed.Add(entry);
        }

        return passed;
    }

    static bool PassesTags(RoomListFilter filter, IReadOnlyList<string>? tags) =>
        (filter.NotTags is null || tags is null || !tags.Any(filter.NotTags.Contains))
        && (filter.Tags is null || (tags is not null && tags.Any(filter.Tags.Contains)));

    /// <summary>Whether the room is as the filter wants it.</summary>
    public static bool PassesState(RoomListFilter filter, RoomSnapshot room)
    {
        if (filter.IsEncrypted is { } isEncrypted && room.Find("m.room.encryption") is not null != isEncrypted)
            return false;

        var type = room.Find("m.room.create")?.ContentString("type");
        return (filter.RoomTypes is null || filter.RoomTypes.Contains(type)) && (filter.NotRoomTypes is null || !filter.NotRoomTypes.Contains(type));
    }

    async ValueTask<HashSet<RoomId>> ReadChildrenAsync(IReadOnlyList<string> spaces, SyncTurn turn, CancellationToken cancellationToken)
    {
        var children = new HashSet<RoomId>();
        foreach (var name in spaces)
        {
            if (!RoomId.TryParse(name, out var roomId) || await rooms.FindAsync(roomId, cancellationToken) is not { } space || !space.Current.IsJoined(turn.UserId))
                continue;
            foreach (var state in space.Current.State.Values)
            {
                if (state.Type == "m.space.child" && RoomId.TryParse(state.StateKey, out var child) && IsChild(state))
                    children.Add(child);
            }
        }

        return children;
    }

    // Without servers to go through it is no child: that is how children are removed.
    static bool IsChild(StoredEvent state)
    {
        using var document = JsonDocument.Parse(state.Content());
        return document.RootElement.TryGetProperty("via", out var via) && via.ValueKind == JsonValueKind.Array && via.GetArrayLength() > 0;
    }

    async ValueTask<Dictionary<RoomId, IReadOnlyList<string>>> ReadTagsAsync(SyncTurn turn, CancellationToken cancellationToken)
    {
        var tags = new Dictionary<RoomId, IReadOnlyList<string>>();
        foreach (var entry in await store.ReadChangesAsync(turn.UserId, 0, turn.UpTo.AccountData, cancellationToken))
        {
            if (entry is { Type: "m.tag", RoomId: { } roomId })
                tags[roomId] = Names(entry.Content, "tags");
        }

        return tags;
    }

    // m.direct says by user which rooms are direct chats with them.
    async ValueTask<FrozenSet<RoomId>> ReadDirectAsync(UserId userId, CancellationToken cancellationToken)
    {
        if (!(await accountData.ReadAsync(userId, null, "m.direct", cancellationToken)).TryGet(out var content, out _))
            return [];

        using var document = JsonDocument.Parse(content);
        var direct = new HashSet<RoomId>();
        foreach (var chats in document.RootElement.EnumerateObject())
        {
            if (chats.Value.ValueKind != JsonValueKind.Array)
                continue;
            foreach (var chat in chats.Value.EnumerateArray())
            {
                if (chat.ValueKind == JsonValueKind.String && RoomId.TryParse(chat.GetString(), out var roomId))
                    direct.Add(roomId);
            }
        }

        return direct.ToFrozenSet();
    }

    static List<string> Names(ReadOnlyMemory<byte> content, string name)
    {
        using var document = JsonDocument.Parse(content);
        return document.RootElement.TryGetProperty(name, out var named) && named.ValueKind == JsonValueKind.Object
            ? [.. named.EnumerateObject().Select(static entry => entry.Name)]
            : [];
    }
}
