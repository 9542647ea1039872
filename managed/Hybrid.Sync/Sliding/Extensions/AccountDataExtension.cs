using System.Text.Json;
using Hybrid.Accounts.AccountData;
using Hybrid.Primitives;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Sliding;

namespace Hybrid.Sync.Sliding.Extensions;

/// <summary>Account data, global and of rooms (MSC3959).</summary>
sealed class AccountDataExtension(AccountDataService accountData, IAccountDataStore store) : ISlidingExtension
{
    public async ValueTask WriteAsync(SlidingTurn turn, SlidingBody body, CancellationToken cancellationToken)
    {
        var changed = turn.Sync.IsInitial
            ? []
            : turn.Sync.AccountData.Select(static entry => entry.RoomId).OfType<RoomId>().Distinct().ToList();
        var wanted = turn.Request.Extensions.AccountData;
        if (wanted is not null)
        {
            body.Writer.WriteStartObject("account_data"u8);
            await WriteGlobalAsync(turn, body, cancellationToken);
            await WriteRoomsAsync(turn, wanted, changed, body, cancellationToken);
            body.Writer.WriteEndObject();
        }

        foreach (var roomId in changed)
        {
            if ((wanted is null || !turn.Windows.IsFor(wanted, roomId)) && turn.Connection.Find(roomId) is { AccountData.IsLive: true } room)
                turn.Connection.Change(room with { AccountData = SentMark.UpTo(turn.Sync.After.AccountData) });
        }
    }

    async ValueTask WriteGlobalAsync(SlidingTurn turn, SlidingBody body, CancellationToken cancellationToken)
    {
        var writer = body.Writer;
        writer.WriteStartArray("global"u8);
        var types = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in turn.Sync.AccountData.Where(static entry => entry.RoomId is null))
        {
            types.Add(entry.Type);
            body.HasNews = true;
            Write(writer, entry.Type, entry.Content);
        }

        if (turn.Sync.IsInitial)
        {
            foreach (var given in accountData.Defaults.Where(given => !types.Contains(given.Type)))
                Write(writer, given.Type, await given.ReadAsync(turn.Sync.UserId, cancellationToken));
        }

        writer.WriteEndArray();
    }

    async ValueTask WriteRoomsAsync(SlidingTurn turn, ExtensionRooms wanted, IReadOnlyList<RoomId> changed, SlidingBody body, CancellationToken cancellationToken)
    {
        var writer = body.Writer;
        writer.WriteStartObject("rooms"u8);
        foreach (var roomId in turn.RoomsFor(wanted, changed))
        {
            if (turn.Connection.Find(roomId) is not { } room)
                continue;
            if (room.AccountData.IsLive && !changed.Contains(roomId))
                continue;

            var entries = room.AccountData.IsLive
                ? turn.Sync.AccountData.Where(entry => entry.RoomId == roomId)
                : (await ReadAllAsync(turn, cancellationToken))[roomId].Where(entry => entry.Position > room.AccountData.Value);
            turn.Connection.Change(room with { AccountData = SentMark.Live });
            var found = entries.ToList();
            if (found.Count == 0)
                continue;

            body.HasNews = true;
            writer.WriteStartArray(roomId.Value);
            foreach (var entry in found)
                Write(writer, entry.Type, entry.Content);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    async ValueTask<ILookup<RoomId, AccountDataRecord>> ReadAllAsync(SlidingTurn turn, CancellationToken cancellationToken)
    {
        if (turn.AllAccountData is { } known)
            return known;

        var all = turn.Sync.IsInitial ? turn.Sync.AccountData : await store.ReadChangesAsync(turn.Sync.UserId, 0, turn.Sync.UpTo.AccountData, cancellationToken);
        return turn.AllAccountData = all.Where(static entry => entry.RoomId is not null).ToLookup(static entry => entry.RoomId!.Value);
    }

    static void Write(Utf8JsonWriter writer, string type, ReadOnlyMemory<byte> content)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
        writer.WritePropertyName("content"u8);
        writer.WriteRawValue(content.Span, skipInputValidation: true);
        writer.WriteEndObject();
    }
}
