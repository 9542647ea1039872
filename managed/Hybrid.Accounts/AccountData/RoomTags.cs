using System.Buffers;
using System.Text;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.AccountData;

namespace Hybrid.Accounts.AccountData;

/// <summary>Tags of rooms: the room account data <c>m.tag</c>, one tag at a time (specification, "Room Tagging").</summary>
public sealed class RoomTags(IAccountDataStore store)
{
    const string Type = "m.tag";
    const int MaxNameBytes = 255;

    static readonly ReadOnlyMemory<byte> None = """{"tags":{}}"""u8.ToArray();

    /// <summary>The content of <c>m.tag</c>.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(UserId userId, RoomId roomId, CancellationToken cancellationToken) =>
        await store.FindAsync(userId, roomId, Type, cancellationToken) ?? None;

    /// <summary>Adds a tag or replaces its data, which must be an object whose <c>order</c>, if any, is a number.</summary>
    public async ValueTask<Result<Done>> SetAsync(UserId userId, RoomId roomId, string tag, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (tag.Length == 0 || Encoding.UTF8.GetByteCount(tag) > MaxNameBytes)
            return MatrixError.InvalidParam($"A tag's name has 1 to {MaxNameBytes} bytes.");

        using (var document = JsonDocument.Parse(data))
        {
            if (document.RootElement.TryGetProperty("order", out var order) && order.ValueKind != JsonValueKind.Number)
                return MatrixError.InvalidParam("'order' must be a number.");
        }

        await store.UpdateAsync(userId, roomId, Type, content => Rewrite(content ?? None, tag, data), cancellationToken);
        return default(Done);
    }

    /// <summary>Removes a tag; nothing happens when there is none.</summary>
    public ValueTask RemoveAsync(UserId userId, RoomId roomId, string tag, CancellationToken cancellationToken) =>
        store.UpdateAsync(userId, roomId, Type, content => content is { } known ? Without(known, tag) : null, cancellationToken);

    static ReadOnlyMemory<byte>? Without(ReadOnlyMemory<byte> content, string tag)
    {
        using var document = JsonDocument.Parse(content);
        var has = document.RootElement.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Object && tags.TryGetProperty(tag, out _);
        // Not a conditional expression: null would become an empty memory there.
        if (!has)
            return null;
        return Rewrite(content, tag, null);
    }

    static ReadOnlyMemory<byte> Rewrite(ReadOnlyMemory<byte> content, string tag, ReadOnlyMemory<byte>? data)
    {
        using var document = JsonDocument.Parse(content);
        var buffer = new ArrayBufferWriter<byte>(content.Length + 64);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteStartObject("tags"u8);
        if (document.RootElement.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in tags.EnumerateObject().Where(entry => entry.Name != tag))
                entry.WriteTo(writer);
        }

        if (data is { } added)
        {
            writer.WritePropertyName(tag);
            writer.WriteRawValue(added.Span, skipInputValidation: true);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory.ToArray();
    }
}
