using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Push;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Rooms;
using Hybrid.Sync.Timelines;

namespace Hybrid.Sync.Streams;

/// <summary>Rooms that the user is joined to: <c>rooms.join</c>.</summary>
sealed class JoinedRoomStream(
    RoomRegistry rooms, RoomMemberships memberships, RoomViewReader views, EventListWriter events, TypingStream typing, ReceiptStream receipts,
    IAccountDataStore accountData, IUnreadCounts unread) : ISyncStream
{
    public async ValueTask WriteAsync(SyncTurn turn, SyncBody body, CancellationToken cancellationToken)
    {
        var readRooms = await receipts.ReadChangedRoomsAsync(turn, cancellationToken);
        foreach (var roomId in FindCandidates(turn, readRooms))
        {
            if (turn.Filter.AllowsRoom(roomId)
                && turn.Memberships.TryGetValue(roomId, out var current)
                && await memberships.AtEndAsync(current, turn, cancellationToken) is { Membership: "join" } membership
                && await rooms.FindAsync(roomId, cancellationToken) is { } room)
            {
                await WriteRoomAsync(room, membership, readRooms.Contains(roomId), turn, body, cancellationToken);
                await body.SendPieceAsync();
            }
        }
    }

    HashSet<RoomId> FindCandidates(SyncTurn turn, IReadOnlySet<RoomId> readRooms)
    {
        if (turn.IsInitial || turn.Request.FullState)
            return [.. turn.Memberships.Keys];

        var candidates = new HashSet<RoomId>(turn.ChangedRooms);
        candidates.UnionWith(readRooms);
        candidates.UnionWith(typing.ReadChangedRooms(turn));
        foreach (var entry in turn.AccountData)
        {
            if (entry.RoomId is { } roomId)
                candidates.Add(roomId);
        }

        return candidates;
    }

    async ValueTask WriteRoomAsync(
        Room room, MembershipRecord membership, bool hasReceipts, SyncTurn turn, SyncBody body, CancellationToken cancellationToken)
    {
        var stayed = await memberships.StayedAsync(membership, turn, cancellationToken);
        var range = new RoomRange(room.Current, turn.UpTo.Events)
        {
            After = stayed ? turn.After.Events : null,
            FullState = turn.Request.FullState,
            JoinedSince = stayed ? Math.Min(membership.Position, turn.After.Events) : membership.Position,
        };
        var view = range.Room.LatestPosition > turn.After.Events || range.After is null || range.FullState
            ? await views.ReadAsync(range, turn, cancellationToken)
            : new RoomView(new RoomTimeline([], Limited: false, turn.UpTo.Events), [], null);
        var typers = typing.Read(room.RoomId, stayed ? turn.After.Typing : 0, turn);
        var changedReceipts = stayed && !hasReceipts
            ? []
            : await receipts.ReadAsync(room.RoomId, stayed ? turn.After.Receipts : 0, turn, cancellationToken);
        var data = AccountDataStream.Of(room.RoomId, turn, await ReadAccountDataAsync(stayed, turn, cancellationToken));

        var ownReceipt = changedReceipts.Any(receipt => receipt.UserId == turn.UserId);
        var receiptEvents = ReceiptStream.Wanted(room.RoomId, turn, others: typers is null ? 0 : 1);
        var shownReceipts = receiptEvents > 0 ? changedReceipts : [];
        if (stayed && !turn.Request.FullState && view.IsEmpty && typers is null && shownReceipts.Count == 0 && data.Count == 0 && !ownReceipt)
            return;

        // Read before the room is opened: nothing is half written when a store fails.
        var counts = await unread.ReadAsync(turn.UserId, room.RoomId, cancellationToken);
        var writer = body.OpenRoom(RoomSection.Join, room.RoomId);
        view.Summary?.Write(writer);
        await events.WriteAsync(writer, view, turn, cancellationToken);
        WriteEphemeral(body, typers, shownReceipts, receiptEvents);
        if (data.Count > 0)
            AccountDataStream.Write(writer, data.Select(static entry => (entry.Type, entry.Content)));
        UnreadWriter.Write(writer, counts, turn.Filter.Timeline.UnreadThreadNotifications);
        writer.WriteEndObject();
    }

    // To a client that had no use for the room's data until now, all of it is new.
    async ValueTask<IReadOnlyList<AccountDataRecord>> ReadAccountDataAsync(bool stayed, SyncTurn turn, CancellationToken cancellationToken) =>
        stayed || turn.IsInitial
            ? turn.AccountData
            : await accountData.ReadChangesAsync(turn.UserId, 0, turn.UpTo.AccountData, cancellationToken);

    static void WriteEphemeral(SyncBody body, IReadOnlyList<UserId>? typers, IReadOnlyList<Receipt> receipts, int receiptEvents)
    {
        if (typers is null && receipts.Count == 0)
            return;

        body.Writer.WriteStartObject("ephemeral"u8);
        body.Writer.WriteStartArray("events"u8);
        if (typers is not null)
            TypingStream.Write(body.Writer, typers);
        if (receipts.Count > 0)
            ReceiptStream.Write(body.Writer, receipts, receiptEvents);
        body.Writer.WriteEndArray();
        body.Writer.WriteEndObject();
    }
}
