using System.Text.Json.Serialization;
using Hybrid.Primitives;

namespace Hybrid.AdminApi.Federation;

/// <summary>How it stands with another server. Times are milliseconds since 1970, <c>retry_interval</c> milliseconds; 0 or null while it works.</summary>
sealed record DestinationEntry(ServerName Destination, long RetryLastTs, long RetryInterval, long? FailureTs, long LastSuccessfulStreamOrdering);

/// <summary>Answer to <c>GET /_synapse/admin/v1/federation/destinations</c>.</summary>
sealed record DestinationList(IReadOnlyList<DestinationEntry> Destinations, long Total)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NextToken { get; init; }
}

/// <summary>A room that another server is in, and up to where it has it.</summary>
sealed record DestinationRoomEntry(RoomId RoomId, long StreamOrdering);

/// <summary>Answer to <c>GET /_synapse/admin/v1/federation/destinations/{destination}/rooms</c>.</summary>
sealed record DestinationRoomList(IReadOnlyList<DestinationRoomEntry> Rooms, long Total)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NextToken { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DestinationEntry))]
[JsonSerializable(typeof(DestinationList))]
[JsonSerializable(typeof(DestinationRoomList))]
sealed partial class DestinationsJson : JsonSerializerContext;
