using System.Text.Json;

namespace Hybrid.Storage.Keys;

/// <summary>Compares JSON objects that carry signatures.</summary>
public static class SignedJson
{
    /// <summary>
    /// Whether two keys say the same apart from <c>signatures</c> and <c>unsigned</c>, which no signature covers and which may
    /// differ between two uploads of one key. Keys that are no objects must be equal.
    /// </summary>
    public static bool SayTheSame(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right) => Equal(left, right, withSignatures: false);

    /// <summary>Whether two keys say the same and carry the same signatures.</summary>
    public static bool AreEqual(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right) => Equal(left, right, withSignatures: true);

    static bool Equal(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right, bool withSignatures)
    {
        if (left.Span.SequenceEqual(right.Span))
            return true;

        using var leftDocument = JsonDocument.Parse(left);
        using var rightDocument = JsonDocument.Parse(right);
        var (a, b) = (leftDocument.RootElement, rightDocument.RootElement);
        if (a.ValueKind != JsonValueKind.Object || b.ValueKind != JsonValueKind.Object)
            return JsonElement.DeepEquals(a, b);

        return Covers(a, b, withSignatures) && Covers(b, a, withSignatures);
    }

    static bool Covers(JsonElement all, JsonElement some, bool withSignatures)
    {
        foreach (var property in some.EnumerateObject())
        {
            if (property.Name != "unsigned" && (withSignatures || property.Name != "signatures")
                && !(all.TryGetProperty(property.Name, out var other) && JsonElement.DeepEquals(property.Value, other)))
            {
                return false;
            }
        }

        return true;
    }
}
