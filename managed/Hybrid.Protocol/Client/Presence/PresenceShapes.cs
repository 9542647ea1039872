using System.Text.Json.Serialization;

namespace Hybrid.Protocol.Client.Presence;

/// <summary>Body of <c>PUT /_matrix/client/v3/presence/{userId}/status</c>.</summary>
public sealed record SetPresenceBody(string? Presence, string? StatusMsg);

/// <summary>Answer of <c>GET /_matrix/client/v3/presence/{userId}/status</c>; <paramref name="LastActiveAgo"/> in milliseconds.</summary>
public sealed record PresenceStatus(string Presence, long? LastActiveAgo, string? StatusMsg, bool CurrentlyActive);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SetPresenceBody))]
[JsonSerializable(typeof(PresenceStatus))]
public sealed partial class PresenceJson : JsonSerializerContext;
