using System.Text.Json;
using System.Text.Json.Serialization;
using Hybrid.Primitives;

namespace Hybrid.AdminApi.Reports;

/// <summary>A report of an event; <c>received_ts</c> in milliseconds since 1970.</summary>
record EventReportEntry(
    long Id, long ReceivedTs, RoomId RoomId, string? Name, EventId EventId, UserId UserId, string? Reason, long? Score, UserId Sender, string? CanonicalAlias);

/// <summary>Answer to <c>GET /_synapse/admin/v1/event_reports/{id}</c>.</summary>
sealed record EventReportDetails(
    long Id, long ReceivedTs, RoomId RoomId, string? Name, EventId EventId, UserId UserId, string? Reason, long? Score, UserId Sender, string? CanonicalAlias,
    JsonElement? EventJson)
    : EventReportEntry(Id, ReceivedTs, RoomId, Name, EventId, UserId, Reason, Score, Sender, CanonicalAlias);

/// <summary>Answer to <c>GET /_synapse/admin/v1/event_reports</c>.</summary>
sealed record EventReportList(IReadOnlyList<EventReportEntry> EventReports, long Total)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? NextToken { get; init; }
}

/// <summary>A report of a room.</summary>
sealed record RoomReportEntry(long Id, long ReceivedTs, RoomId RoomId, string? Name, UserId UserId, string? Reason, string? CanonicalAlias);

/// <summary>Answer to <c>GET /_synapse/admin/v1/room_reports</c>.</summary>
sealed record RoomReportList(IReadOnlyList<RoomReportEntry> RoomReports, long Total)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? NextToken { get; init; }
}

/// <summary>A report of a user.</summary>
sealed record UserReportEntry(long Id, long ReceivedTs, UserId TargetUserId, UserId UserId, string? Reason);

/// <summary>Answer to <c>GET /_synapse/admin/v1/user_reports</c>.</summary>
sealed record UserReportList(IReadOnlyList<UserReportEntry> UserReports, long Total)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? NextToken { get; init; }
}

/// <summary>JSON of the reports. Absent values are null, as tools expect them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EventReportList))]
[JsonSerializable(typeof(EventReportDetails))]
[JsonSerializable(typeof(RoomReportList))]
[JsonSerializable(typeof(RoomReportEntry))]
[JsonSerializable(typeof(UserReportList))]
[JsonSerializable(typeof(UserReportEntry))]
sealed partial class ReportsJson : JsonSerializerContext;
