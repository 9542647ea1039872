using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Federation.Inbound.Edus;

/// <summary>Reads fields of EDUs, which are of any type and may be missing.</summary>
static class EduFields
{
    /// <summary>
    /// Whether every name and text in it is one. JSON can spell half a surrogate pair, and reading that, or only looking for another name beside it,
    /// throws.
    /// </summary>
    public static bool IsReadable(this JsonElement content)
    {
        try
        {
            Read(content);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    public static string? Text(this JsonElement content, string name) =>
        content.ValueKind == JsonValueKind.Object && content.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    public static bool? Flag(this JsonElement content, string name) =>
        content.ValueKind == JsonValueKind.Object && content.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.ValueKind == JsonValueKind.True
            : null;

    public static long? Integer(this JsonElement content, string name) =>
        content.ValueKind == JsonValueKind.Object && content.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var number)
            ? number
            : null;

    /// <summary>The members of an object, at most so many; none when there is no object.</summary>
    public static IEnumerable<JsonProperty> Members(this JsonElement content, int limit) =>
        content.ValueKind == JsonValueKind.Object ? content.EnumerateObject().Take(limit) : [];

    /// <summary>The user whom a text names, if that is one of <paramref name="origin"/>: nobody else may speak for them.</summary>
    public static bool TryParseUserOf(ServerName origin, string? text, out UserId userId) => UserId.TryParse(text, out userId) && userId.Server == origin;

    static void Read(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            content.GetString();
        }
        else if (content.ValueKind == JsonValueKind.Array)
        {
            foreach (var element in content.EnumerateArray())
                Read(element);
        }
        else if (content.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in content.EnumerateObject())
            {
                _ = member.Name;
                Read(member.Value);
            }
        }
    }
}
