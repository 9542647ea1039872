using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hybrid.Primitives;

namespace Hybrid.Accounts.Keys;

/// <summary>Reads keys that clients upload, of which the server needs a few fields and keeps every byte.</summary>
static class KeyShapes
{
    /// <summary>The bytes that the client sent.</summary>
    public static byte[] Bytes(JsonElement element) => JsonMarshal.GetRawUtf8Value(element).ToArray();

    /// <summary>The fields of <paramref name="element"/>; <c>M_BAD_JSON</c> when it has another shape.</summary>
    public static Result<T> Read<T>(JsonElement element, JsonTypeInfo<T> shape, string what)
        where T : class
    {
        try
        {
            if (element.ValueKind == JsonValueKind.Object)
                return element.Deserialize(shape)!;
        }
        catch (JsonException exception)
        {
            return MatrixError.BadJson($"{what} has the wrong shape: {exception.Message}");
        }

        return MatrixError.BadJson($"{what} must be an object.");
    }

    /// <summary>The refusal of a signature that does not verify.</summary>
    public static MatrixError InvalidSignature(string message) => MatrixError.Of(400, "M_INVALID_SIGNATURE", message);
}
