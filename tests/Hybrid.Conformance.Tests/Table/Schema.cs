using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hybrid.Conformance.Tests.Table;

/// <summary>What a field of a body holds.</summary>
public enum FieldShape
{
    Value,
    List,
    Map,
}

/// <summary>A field of a body.</summary>
/// <param name="Path">The names that lead to it, from the outermost.</param>
/// <param name="Shape">What it holds.</param>
public sealed record BodyField(IReadOnlyList<string> Path, FieldShape Shape);

/// <summary>A schema of the table, in the notation that <c>generate.py</c> explains.</summary>
public sealed class Schema(JsonNode? node, JsonObject definitions)
{
    static readonly Dictionary<string, char> Sigils = new(StringComparer.Ordinal)
    {
        ["mx-user-id"] = '@',
        ["mx-event-id"] = '$',
        ["mx-room-id"] = '!',
        ["mx-room-alias"] = '#',
    };

    /// <summary>The names of the fields that an object must have at its top, each with its schema.</summary>
    public IEnumerable<(string Name, Schema Schema)> RequiredFields =>
        from entry in Resolve(node) is JsonObject map && map["fields"] is JsonObject fields ? fields : []
        where entry.Key.EndsWith('!')
        select (entry.Key[..^1], new Schema(entry.Value, definitions));

    /// <summary>Every named field of an object, however deep, as the names that lead to it with what it holds.</summary>
    public IEnumerable<BodyField> AllFields => Fields(node, []);

    /// <summary>A value that this schema refuses, or null when it takes every value.</summary>
    public JsonNode? Refused => new JsonNode[] { 7.5, "\ud83d\udca5", new JsonArray(), new JsonObject() }.FirstOrDefault(value => Check(value) is not null);

    /// <summary>Null when the value is as the schema says, else where and how it differs.</summary>
    public string? Check(JsonNode? value) => Check(node, value, "");

    IEnumerable<BodyField> Fields(JsonNode? schema, string[] path)
    {
        if (Resolve(schema) is not JsonObject map || map["fields"] is not JsonObject fields)
            yield break;

        foreach (var (key, inner) in fields)
        {
            string[] names = [.. path, key.TrimEnd('!')];
            var shape = Resolve(inner) as JsonObject;
            yield return new BodyField(names, shape?["items"] is not null ? FieldShape.List : shape?["others"] is not null ? FieldShape.Map : FieldShape.Value);
            foreach (var field in Fields(inner, names))
                yield return field;
        }
    }

    string? Check(JsonNode? schema, JsonNode? value, string path)
    {
        schema = Resolve(schema);
        return schema switch
        {
            JsonValue type => CheckType((string)type!, value, path),
            JsonObject map when map["enum"] is JsonArray allowed =>
                allowed.Any(one => JsonNode.DeepEquals(one, value)) ? null : $"{Name(path)} is {Shown(value)}",
            JsonObject map when map["any"] is JsonArray choices =>
                choices.Any(choice => Check(choice, value, path) is null) ? null : $"{Name(path)} is {Shown(value)}",
            JsonObject map when map["items"] is { } items => CheckItems(items, value, path),
            JsonObject map => CheckFields(map, value, path),
            _ => throw new InvalidDataException($"The table has a schema that is none: {schema}"),
        };
    }

    JsonNode? Resolve(JsonNode? schema)
    {
        while (schema is JsonValue value && value.GetValueKind() == JsonValueKind.String && (string)value! is ['#', ..] name)
            schema = definitions[name] ?? throw new InvalidDataException($"The table has no definition {name}.");
        return schema;
    }

    string? CheckItems(JsonNode items, JsonNode? value, string path) => value is not JsonArray list
        ? $"{Name(path)} is {Shown(value)}, not an array"
        : list.Select(item => Check(items, item, path + "[]")).FirstOrDefault(static problem => problem is not null);

    string? CheckFields(JsonObject schema, JsonNode? value, string path)
    {
        if (value is not JsonObject map)
            return $"{Name(path)} is {Shown(value)}, not an object";

        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, field) in schema["fields"] as JsonObject ?? [])
        {
            var name = key.TrimEnd('!');
            named.Add(name);
            if (!map.TryGetPropertyValue(name, out var inner))
            {
                if (key.EndsWith('!'))
                    return $"{Name(Join(path, name))} is missing";
            }
            else if (Check(field, inner, Join(path, name)) is { } problem)
            {
                return problem;
            }
        }

        // Names that are data, such as room IDs, do not belong on a page that is to stay the same.
        return schema["others"] is not { } others
            ? null
            : map.Where(entry => !named.Contains(entry.Key)).Select(entry => Check(others, entry.Value, Join(path, "*"))).FirstOrDefault(static problem => problem is not null);
    }

    static string? CheckType(string type, JsonNode? value, string path)
    {
        var (kind, format) = type.Split(' ') is [var first, var second] ? (first, second) : (type, null);
        var matches = kind switch
        {
            "any" => true,
            "null" => value is null,
            "string" => value?.GetValueKind() == JsonValueKind.String,
            "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
            "number" => value?.GetValueKind() == JsonValueKind.Number,
            "integer" => value?.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
            "object" => value is JsonObject,
            "array" => value is JsonArray,
            _ => throw new InvalidDataException($"The table has a type that is none: {type}"),
        };
        if (!matches)
            return $"{Name(path)} is {Shown(value)}, not {kind}";

        return format is not null && Sigils.TryGetValue(format, out var sigil) && !((string)value!).StartsWith(sigil)
            ? $"{Name(path)} is no {format[3..]}"
            : null;
    }

    static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    static string Name(string path) => path.Length == 0 ? "the body" : path;

    static string Shown(JsonNode? value) => value is null ? "null" : value.GetValueKind() switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        _ => value.ToJsonString(),
    };
}
