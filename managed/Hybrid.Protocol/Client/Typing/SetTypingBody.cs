using System.Text.Json.Serialization;

namespace Hybrid.Protocol.Client.Typing;

/// <summary>Body of <c>PUT /_matrix/client/v3/rooms/{roomId}/typing/{userId}</c>; <paramref name="Timeout"/> in milliseconds.</summary>
public sealed record SetTypingBody(bool? Typing, long? Timeout);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SetTypingBody))]
public sealed partial class TypingJson : JsonSerializerContext;
