using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.Primitives;

/// <summary>A Matrix identifier: a string with a grammar (specification, appendices, "Identifier Grammar").</summary>
public interface IIdentifier<TSelf>
    where TSelf : struct, IIdentifier<TSelf>
{
    /// <summary>The identifier as it appears on the wire.</summary>
    string Value { get; }

    /// <summary>Checks <paramref name="text"/> against the grammar.</summary>
    static abstract bool TryParse(string? text, out TSelf identifier);
}

/// <summary>Reads and writes an identifier as a JSON string or property name; a string outside the grammar is a <see cref="JsonException"/>.</summary>
public sealed class IdentifierJsonConverter<T> : JsonConverter<T>
    where T : struct, IIdentifier<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException($"A {typeof(T).Name} must be a string.");

        return Parse(reader.GetString());
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString());

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value);

    static T Parse(string? text) =>
        T.TryParse(text, out var identifier) ? identifier : throw new JsonException($"'{text}' is not a valid {typeof(T).Name}.");
}
