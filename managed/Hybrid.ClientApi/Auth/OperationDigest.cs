using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hybrid.Http;

namespace Hybrid.ClientApi.Auth;

/// <summary>Tells requests apart by what they would do: method, path, caller and body, whatever order the body's properties have.</summary>
static class OperationDigest
{
    internal static string Of(ApiRequest request, JsonElement? body)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(request.Http.Request.Method);
            writer.WriteStringValue(request.Http.Request.Path.Value);
            writer.WriteStringValue(request.CallerOrNull?.UserId.Value);
            if (body is { } element)
                WriteSorted(writer, element, skip: "auth");
            writer.WriteEndArray();
        }

        return Convert.ToHexString(SHA256.HashData(buffer.WrittenSpan));
    }

    static void WriteSorted(Utf8JsonWriter writer, JsonElement element, string? skip = null)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().Where(property => property.Name != skip).OrderBy(static property => property.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    WriteSorted(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    WriteSorted(writer, item);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteRawValue(Encoding.UTF8.GetBytes(element.GetRawText()));
                break;
        }
    }
}
