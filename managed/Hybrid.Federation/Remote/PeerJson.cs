using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Federation.Remote;

/// <summary>Reads what peers write: a member of another type than expected is as good as none.</summary>
static class PeerJson
{
    /// <summary>A string that is neither empty nor longer than <paramref name="maxLength"/> characters.</summary>
    public static string? Text(this JsonElement value, string name, int maxLength) =>
        value.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String && member.GetString() is { Length: > 0 } text && text.Length <= maxLength
            ? text
            : null;

    public static bool Flag(this JsonElement value, string name) => value.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.True;

    public static long? Integer(this JsonElement value, string name) =>
        value.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out var number) ? number : null;

    /// <summary>An identifier; null for a string that is none.</summary>
    public static T? Identifier<T>(this JsonElement value, string name)
        where T : struct, IIdentifier<T> =>
        value.Text(name, 255) is { } text && T.TryParse(text, out var identifier) ? identifier : null;

    /// <summary>The members of an array; none for what is no array.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement value, string name)
    {
        if (!value.TryGetProperty(name, out var array) || array.ValueKind != JsonValueKind.Array)
            yield break;
        foreach (var item in array.EnumerateArray())
            yield return item;
    }

    /// <summary>The members of an array that are identifiers.</summary>
    public static IEnumerable<T> Identifiers<T>(this JsonElement value, string name)
        where T : struct, IIdentifier<T>
    {
        foreach (var item in value.Items(name))
        {
            if (item.ValueKind == JsonValueKind.String && T.TryParse(item.GetString(), out var identifier))
                yield return identifier;
        }
    }
}
