using System.Text.Json;
using Hybrid.Accounts.AccountData;
using Hybrid.Accounts.Filters;
using Hybrid.Primitives;
using Hybrid.Storage.AccountData;

namespace Hybrid.Sync.Streams;

/// <summary>Account data: <c>account_data</c> at the top for global data, and within rooms.</summary>
sealed class AccountDataStream(AccountDataService accountData) : ISyncStream
{
    public async ValueTask WriteAsync(SyncTurn turn, SyncBody body, CancellationToken cancellationToken)
    {
        var entries = turn.AccountData.Where(entry => entry.RoomId is null && Allows(turn.Filter.AccountData, turn, entry.Type))
            .Select(static entry => (entry.Type, entry.Content))
            .ToList();
        if (turn.IsInitial)
        {
            foreach (var given in accountData.Defaults)
            {
                if (Allows(turn.Filter.AccountData, turn, given.Type) && !entries.Exists(entry => entry.Type == given.Type))
                    entries.Insert(0, (given.Type, await given.ReadAsync(turn.UserId, cancellationToken)));
            }
        }

        // The newest stay; what users never changed goes first.
        if (turn.Filter.AccountData.Limit < entries.Count)
            entries.RemoveRange(0, entries.Count - turn.Filter.AccountData.Limit.Value);

        if (entries.Count == 0)
            return;

        body.HasNews = true;
        Write(body.Writer, entries);
    }

    /// <summary>The entries of a room that the filter lets through.</summary>
    public static IReadOnlyList<AccountDataRecord> Of(RoomId roomId, SyncTurn turn, IReadOnlyList<AccountDataRecord> changed)
    {
        var filter = turn.Filter.RoomAccountData;
        return changed.Count == 0 || !filter.AllowsRoom(roomId)
            ? []
            : [.. changed.Where(entry => entry.RoomId == roomId && Allows(filter, turn, entry.Type)).TakeLast(filter.Limit ?? int.MaxValue)];
    }

    /// <summary>Writes <c>account_data</c> into an open object.</summary>
    public static void Write(Utf8JsonWriter writer, IEnumerable<(string Type, ReadOnlyMemory<byte> Content)> entries)
    {
        writer.WriteStartObject("account_data"u8);
        writer.WriteStartArray("events"u8);
        foreach (var (type, content) in entries)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type);
            writer.WritePropertyName("content"u8);
            writer.WriteRawValue(content.Span, skipInputValidation: true);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // Account data comes from the user.
    static bool Allows(EventFilter filter, SyncTurn turn, string type) =>
        filter.AllowsEverything || (filter.AllowsType(type) && filter.AllowsSender(turn.UserId));
}
