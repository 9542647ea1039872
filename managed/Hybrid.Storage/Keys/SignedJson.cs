using System.Text.Json;

namespace Hybrid.Storage.Keys;

/// <summary>Compares JSON objects that carry signatures.</summary>
public static class SignedJson
{
    /// <summary>
    /// Whether two keys say the same apart from <c>signatures</c> and <c>unsigned</c>, which no signature covers and which may
    /// differ between two uploads of one key. Keys that are no objects must be equal.
    /// </summary>
    public static bool SayTheSame(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right)
    {
        if (left.Span.SequenceEqual(right.Span))
            return true;

        using var leftDocument = JsonDocument.Parse(left);
        using var rightDocument = JsonDocument.Parse(right);
        var (a, b) = (leftDocument.RootElement, rightDocument.RootElement);
        if (a.ValueKind != JsonValueKind.Object || b.ValueKind != JsonValueKind.Object)
            return JsonElement.DeepEquals(a, b);

        return Covers(a, b) && Covers(b, a);
    }

    static bool Covers(JsonElement all, JsonElement some)
    {
        foreach (var property in some.EnumerateObject())
        {
            if (property.Name is not ("signatures" or "unsigned")
                && !(all.TryGetProperty(property.Name, out var other) && JsonElement.DeepEquals(property.Value, other)))
            {
                return false;
            }
        }

        return true;
    }
}
