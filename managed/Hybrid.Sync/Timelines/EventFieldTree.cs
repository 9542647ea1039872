using System.Text.Json;

namespace Hybrid.Sync.Timelines;

/// <summary>
/// The <c>event_fields</c> of a filter: dot-separated paths, in which a backslash escapes a dot or a backslash (specification,
/// appendices, "Dot-separated property paths").
/// </summary>
sealed class EventFieldTree
{
    readonly Dictionary<string, EventFieldTree> _fields = new(StringComparer.Ordinal);
    bool _whole;

    public static EventFieldTree Parse(IEnumerable<string> paths)
    {
        var root = new EventFieldTree();
        foreach (var path in paths)
            root.Add(path);
        return root;
    }

    /// <summary>Writes the parts of an object that the paths name.</summary>
    public void Write(Utf8JsonWriter writer, JsonElement source)
    {
        writer.WriteStartObject();
        foreach (var property in source.EnumerateObject())
        {
            if (!_fields.TryGetValue(property.Name, out var field))
                continue;
            if (field._whole)
            {
                property.WriteTo(writer);
            }
            else if (property.Value.ValueKind == JsonValueKind.Object && field.Finds(property.Value))
            {
                writer.WritePropertyName(property.Name);
                field.Write(writer, property.Value);
            }
        }

        writer.WriteEndObject();
    }

    bool Finds(JsonElement source)
    {
        foreach (var (name, field) in _fields)
        {
            if (source.TryGetProperty(name, out var value) && (field._whole || (value.ValueKind == JsonValueKind.Object && field.Finds(value))))
                return true;
        }

        return false;
    }

    void Add(string path)
    {
        var node = this;
        var segment = new System.Text.StringBuilder();
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '\\' && i + 1 < path.Length && path[i + 1] is '.' or '\\')
                segment.Append(path[++i]);
            else if (path[i] == '.')
                node = node.Descend(segment);
            else
                segment.Append(path[i]);
        }

        node.Descend(segment)._whole = true;
    }

    EventFieldTree Descend(System.Text.StringBuilder segment)
    {
        var name = segment.ToString();
        segment.Clear();
        if (!_fields.TryGetValue(name, out var child))
            _fields.Add(name, child = new EventFieldTree());
        return child;
    }
}
