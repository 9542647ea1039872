using System.Text.Json.Serialization;
using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.Directory;

/// <summary>Body of <c>PUT /_matrix/client/v3/directory/room/{roomAlias}</c>.</summary>
public sealed record AliasTarget([property: JsonRequired] RoomId RoomId);

/// <summary>Answer of <c>GET /_matrix/client/v3/directory/room/{roomAlias}</c>.</summary>
public sealed record AliasResolution(RoomId RoomId, IReadOnlyList<ServerName> Servers);

/// <summary>Answer of <c>GET /_matrix/client/v3/rooms/{roomId}/aliases</c>.</summary>
public sealed record RoomAliasList(IReadOnlyList<RoomAlias> Aliases);

/// <summary>Body and answer of <c>/_matrix/client/v3/directory/list/room/{roomId}</c>: <c>public</c> or <c>private</c>.</summary>
public sealed record RoomListing(string? Visibility);

/// <summary>Body of <c>POST /_matrix/client/v3/publicRooms</c>.</summary>
public sealed record PublicRoomsBody
{
    public int? Limit { get; init; }

    public string? Since { get; init; }

    public PublicRoomsFilter? Filter { get; init; }

    public bool? IncludeAllNetworks { get; init; }

    public string? ThirdPartyInstanceId { get; init; }
}

/// <summary>Which published rooms are wanted; in <see cref="RoomTypes"/>, null stands for rooms without a type.</summary>
public sealed record PublicRoomsFilter(string? GenericSearchTerm, IReadOnlyList<string?>? RoomTypes);

/// <summary>Answer of <c>/_matrix/client/v3/publicRooms</c>.</summary>
public sealed record PublicRoomsAnswer(IReadOnlyList<PublicRoom> Chunk, string? NextBatch, string? PrevBatch, int TotalRoomCountEstimate);

/// <summary>A room as the directory and the room summary show it.</summary>
public sealed record PublicRoom(RoomId RoomId, int NumJoinedMembers, string JoinRule, bool WorldReadable, bool GuestCanJoin)
{
    public string? Name { get; init; }

    public string? Topic { get; init; }

    public string? AvatarUrl { get; init; }

    public string? CanonicalAlias { get; init; }

    public string? RoomType { get; init; }

    public string? Encryption { get; init; }

    public string? RoomVersion { get; init; }

    /// <summary>The rooms whose members may join, where the join rule is of that kind.</summary>
    public IReadOnlyList<RoomId>? AllowedRoomIds { get; init; }

    /// <summary>The asking user's membership, in summaries only.</summary>
    public string? Membership { get; init; }
}

/// <summary>Shapes of aliases and of the published room directory.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AliasTarget))]
[JsonSerializable(typeof(AliasResolution))]
[JsonSerializable(typeof(RoomAliasList))]
[JsonSerializable(typeof(RoomListing))]
[JsonSerializable(typeof(PublicRoomsBody))]
[JsonSerializable(typeof(PublicRoomsAnswer))]
public sealed partial class DirectoryJson : JsonSerializerContext;
