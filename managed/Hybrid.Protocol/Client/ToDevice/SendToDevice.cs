using System.Text.Json;
using System.Text.Json.Serialization;
using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.ToDevice;

/// <summary><c>PUT /_matrix/client/v3/sendToDevice/{eventType}/{txnId}</c>: contents by user and device; the device <c>*</c> stands for all.</summary>
public sealed record SendToDeviceRequest
{
    public required IReadOnlyDictionary<UserId, IReadOnlyDictionary<string, JsonElement>> Messages { get; init; }
}

/// <summary>JSON of send-to-device messaging.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SendToDeviceRequest))]
public sealed partial class ToDeviceJson : JsonSerializerContext;
