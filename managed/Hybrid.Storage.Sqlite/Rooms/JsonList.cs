using System.Buffers;
using System.Text;
using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <summary>Lists as parameters of constant statements: a JSON array that <c>json_each</c> takes apart.</summary>
static class JsonList
{
    public static string Of(IEnumerable<string> values)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var value in values)
                writer.WriteStringValue(value);
            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static string Of<T>(IEnumerable<T> identifiers)
        where T : struct, IIdentifier<T> =>
        Of(identifiers.Select(static identifier => identifier.Value));

    public static string Of(IEnumerable<long> numbers) => $"[{string.Join(',', numbers)}]";

    public static string? OfOptional(IReadOnlyList<UserId>? users) => users is null ? null : Of(users);

    /// <summary>Filter types, in which only <c>*</c> is special, as patterns of SQLite's GLOB.</summary>
    public static string? OfTypePatterns(IReadOnlyList<string>? types) =>
        types is null
            ? null
            : Of(types.Select(static type => type.Replace("[", "[[]", StringComparison.Ordinal).Replace("?", "[?]", StringComparison.Ordinal)));
}
