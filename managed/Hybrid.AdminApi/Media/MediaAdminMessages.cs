using System.Text.Json.Serialization;
using Hybrid.Http;
using Hybrid.Media.Content;
using Hybrid.Primitives;
using Hybrid.Storage.Media;

namespace Hybrid.AdminApi.Media;

/// <summary>Answer to the withdrawal of a user's or a room's media.</summary>
sealed record QuarantinedMedia(int NumQuarantined);

/// <summary>Answer to deletions of media.</summary>
sealed record DeletedMedia([property: JsonPropertyName("deleted_media")] IReadOnlyList<string> Media, long Total);

/// <summary>Answer to <c>GET /_synapse/admin/v1/room/{roomId}/media</c>: URIs of this server's media and of others'.</summary>
sealed record RoomMediaList(IReadOnlyList<string> Local, IReadOnlyList<string> Remote);

/// <summary>Answer to <c>POST /_synapse/admin/v1/purge_media_cache</c>.</summary>
sealed record PurgedMedia(int Deleted);

/// <summary>A user's media as administrators see them; times in milliseconds since 1970.</summary>
sealed record UserMediaView(
    string MediaId, string MediaType, long MediaLength, string? UploadName, long CreatedTs, UserId? QuarantinedBy, bool SafeFromQuarantine);

/// <summary>Answer to <c>GET /_synapse/admin/v1/users/{userId}/media</c>; <c>next_token</c> is there when there are more.</summary>
sealed record UserMediaList(IReadOnlyList<UserMediaView> Media, long Total, long? NextToken);

/// <summary>JSON of the administration of media.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(QuarantinedMedia))]
[JsonSerializable(typeof(DeletedMedia))]
[JsonSerializable(typeof(RoomMediaList))]
[JsonSerializable(typeof(UserMediaList))]
[JsonSerializable(typeof(PurgedMedia))]
sealed partial class MediaAdminJson : JsonSerializerContext;

/// <summary>What the requests have in common.</summary>
static class MediaAdminRequest
{
    /// <summary>The media that the path names; <c>M_NOT_FOUND</c> for what names none.</summary>
    public static (ServerName Server, MediaId Id) Media(this ApiRequest request) =>
        ServerName.TryParse(request.Path("serverName"), out var server) && MediaId.TryParse(request.Path("mediaId"), out var id)
            ? (server, id)
            : throw new MatrixException(ContentRepository.NoSuchMedia());
}
