using System.Text.Json.Serialization;
using Hybrid.Primitives;

namespace Hybrid.AdminApi.Rooms;

/// <summary>A room in the list of <c>GET /_synapse/admin/v1/rooms</c>.</summary>
record RoomEntry(
    RoomId RoomId, string? Name, string? CanonicalAlias, long JoinedMembers, long JoinedLocalMembers, string Version, UserId Creator,
    string? Encryption, bool Federatable, bool Public, string? JoinRules, string? GuestAccess, string? HistoryVisibility, long StateEvents,
    string? RoomType);

/// <summary>Answer to <c>GET /_synapse/admin/v1/rooms</c>.</summary>
sealed record RoomList(IReadOnlyList<RoomEntry> Rooms, int Offset, int TotalRooms)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NextBatch { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PrevBatch { get; init; }
}

/// <summary>Answer to <c>GET /_synapse/admin/v1/rooms/{roomId}</c>.</summary>
sealed record RoomDetails(
    RoomId RoomId, string? Name, string? CanonicalAlias, long JoinedMembers, long JoinedLocalMembers, string Version, UserId Creator,
    string? Encryption, bool Federatable, bool Public, string? JoinRules, string? GuestAccess, string? HistoryVisibility, long StateEvents,
    string? RoomType, string? Avatar, string? Topic, long JoinedLocalDevices, bool Forgotten)
    : RoomEntry(
        RoomId, Name, CanonicalAlias, JoinedMembers, JoinedLocalMembers, Version, Creator, Encryption, Federatable, Public, JoinRules, GuestAccess,
        HistoryVisibility, StateEvents, RoomType);

/// <summary>Body of <c>DELETE /_synapse/admin/v2/rooms/{roomId}</c>.</summary>
sealed record RoomDeletionRequest(string? NewRoomUserId, string? RoomName, string? Message, bool? Block, bool? Purge, bool? ForcePurge);

/// <summary>Answer to <c>DELETE /_synapse/admin/v2/rooms/{roomId}</c>.</summary>
sealed record RoomDeletionStarted(string DeleteId);

/// <summary>What the members of a deleted room met with.</summary>
sealed record RoomShutdown(
    IReadOnlyList<UserId> KickedUsers, IReadOnlyList<UserId> FailedToKickUsers, IReadOnlyList<RoomAlias> LocalAliases, RoomId? NewRoomId);

/// <summary>How far a deletion is; <c>progress</c> counts members and rows.</summary>
sealed record RoomDeletionStatus(string DeleteId, RoomId? RoomId, string Status, RoomShutdown ShutdownRoom, long Progress)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }
}

/// <summary>Answer to <c>GET /_synapse/admin/v2/rooms/{roomId}/delete_status</c>.</summary>
sealed record RoomDeletionList(IReadOnlyList<RoomDeletionStatus> Results);

/// <summary>Body of <c>POST /_synapse/admin/v1/purge_history/{roomId}</c>; the time in milliseconds since 1970.</summary>
sealed record HistoryPurgeRequest(bool? DeleteLocalEvents, string? PurgeUpToEventId, long? PurgeUpToTs);

/// <summary>Answer to <c>POST /_synapse/admin/v1/purge_history/{roomId}</c>.</summary>
sealed record HistoryPurgeStarted(string PurgeId);

/// <summary>Answer to <c>GET /_synapse/admin/v1/purge_history_status/{purgeId}</c>; <c>progress</c> and <c>total</c> count events.</summary>
sealed record HistoryPurgeStatus(string Status, long Progress, long? Total)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }
}

/// <summary>Body of <c>PUT /_synapse/admin/v1/rooms/{roomId}/block</c>.</summary>
sealed record RoomBlockRequest(bool? Block);

/// <summary>Answer about the block of a room.</summary>
sealed record RoomBlock(bool Block)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? UserId { get; init; }
}

/// <summary>A room and the bytes that it takes.</summary>
sealed record RoomSizeEntry(RoomId RoomId, long EstimatedSize);

/// <summary>Answer to <c>GET /_synapse/admin/v1/statistics/database/rooms</c>.</summary>
sealed record RoomSizeList(IReadOnlyList<RoomSizeEntry> Rooms);

/// <summary>A table, the bytes that it takes, and its rows.</summary>
sealed record TableSizeEntry(string Name, long EstimatedSize, long Rows);

/// <summary>Answer to <c>GET /_hybrid/admin/v1/statistics/database</c>.</summary>
sealed record TableSizeList(IReadOnlyList<TableSizeEntry> Tables);

/// <summary>JSON of the administration of rooms. Absent values are null, as tools expect them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RoomList))]
[JsonSerializable(typeof(RoomDetails))]
[JsonSerializable(typeof(RoomDeletionRequest))]
[JsonSerializable(typeof(RoomDeletionStarted))]
[JsonSerializable(typeof(RoomDeletionStatus))]
[JsonSerializable(typeof(RoomDeletionList))]
[JsonSerializable(typeof(HistoryPurgeRequest))]
[JsonSerializable(typeof(HistoryPurgeStarted))]
[JsonSerializable(typeof(HistoryPurgeStatus))]
[JsonSerializable(typeof(RoomBlockRequest))]
[JsonSerializable(typeof(RoomBlock))]
[JsonSerializable(typeof(RoomSizeList))]
[JsonSerializable(typeof(TableSizeList))]
sealed partial class RoomAdminJson : JsonSerializerContext;
