using System.Text.Json;

namespace Vodozemac;

/// <summary>Reads the lists of keys that the native side writes as JSON.</summary>
static class KeyJson
{
    /// <summary>An object of texts.</summary>
    public static Dictionary<string, string> ReadMap(ReadOnlySpan<byte> json)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var id = reader.GetString()!;
            reader.Read();
            keys.Add(id, reader.GetString()!);
        }

        return keys;
    }

    /// <summary>An object with the lists <c>created</c> and <c>removed</c>.</summary>
    public static GeneratedOneTimeKeys ReadGenerated(ReadOnlySpan<byte> json)
    {
        List<string> created = [], removed = [];
        var reader = new Utf8JsonReader(json);
        var list = created;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
                list = reader.ValueTextEquals("created"u8) ? created : removed;
            else if (reader.TokenType == JsonTokenType.String)
                list.Add(reader.GetString()!);
        }

        return new GeneratedOneTimeKeys(created, removed);
    }
}
