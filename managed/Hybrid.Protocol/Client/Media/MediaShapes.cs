using System.Text.Json.Serialization;

namespace Hybrid.Protocol.Client.Media;

/// <summary>Answer of <c>POST /_matrix/media/v3/upload</c>.</summary>
public sealed record UploadMediaResponse(string ContentUri);

/// <summary>Answer of <c>POST /_matrix/media/v1/create</c>; the expiry is in milliseconds since the Unix epoch.</summary>
public sealed record CreateMediaResponse(string ContentUri, long UnusedExpiresAt);

/// <summary>Answer of <c>GET /_matrix/client/v1/media/config</c>; the size is in bytes.</summary>
public sealed record MediaConfigResponse([property: JsonPropertyName("m.upload.size")] long UploadSize);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UploadMediaResponse))]
[JsonSerializable(typeof(CreateMediaResponse))]
[JsonSerializable(typeof(MediaConfigResponse))]
public sealed partial class MediaJsonContext : JsonSerializerContext;
