using System.Text.Json.Serialization;
using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.UserDirectory;

/// <summary>Body of <c>POST /_matrix/client/v3/user_directory/search</c>.</summary>
public sealed record UserSearchBody([property: JsonRequired] string SearchTerm, long? Limit);

/// <summary>Answer of <c>POST /_matrix/client/v3/user_directory/search</c>.</summary>
public sealed record UserSearchAnswer(IReadOnlyList<FoundUser> Results, bool Limited);

/// <summary>A user that was found.</summary>
public sealed record FoundUser(UserId UserId, string? DisplayName, string? AvatarUrl);

/// <summary>Shapes of the user directory.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UserSearchBody))]
[JsonSerializable(typeof(UserSearchAnswer))]
public sealed partial class UserDirectoryJson : JsonSerializerContext;
