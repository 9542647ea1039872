using System.Text.Json.Serialization;
using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.Filters;

/// <summary>A filter as clients upload it (specification, "Filtering", <c>Filter</c>).</summary>
public sealed record FilterDefinition
{
    public IReadOnlyList<string>? EventFields { get; init; }

    /// <summary><c>client</c> or <c>federation</c>.</summary>
    public string? EventFormat { get; init; }

    public EventFilterDefinition? Presence { get; init; }

    public EventFilterDefinition? AccountData { get; init; }

    public RoomFilterDefinition? Room { get; init; }
}

/// <summary><c>RoomFilter</c>: what of rooms to include.</summary>
public sealed record RoomFilterDefinition
{
    public IReadOnlyList<RoomId>? NotRooms { get; init; }

    public IReadOnlyList<RoomId>? Rooms { get; init; }

    public EventFilterDefinition? Ephemeral { get; init; }

    public bool? IncludeLeave { get; init; }

    public EventFilterDefinition? State { get; init; }

    public EventFilterDefinition? Timeline { get; init; }

    public EventFilterDefinition? AccountData { get; init; }
}

/// <summary><c>EventFilter</c> and <c>RoomEventFilter</c>: which events to include.</summary>
public sealed record EventFilterDefinition
{
    public long? Limit { get; init; }

    public IReadOnlyList<UserId>? NotSenders { get; init; }

    public IReadOnlyList<string>? NotTypes { get; init; }

    public IReadOnlyList<UserId>? Senders { get; init; }

    public IReadOnlyList<string>? Types { get; init; }

    public IReadOnlyList<RoomId>? NotRooms { get; init; }

    public IReadOnlyList<RoomId>? Rooms { get; init; }

    public bool? ContainsUrl { get; init; }

    public bool? LazyLoadMembers { get; init; }

    public bool? IncludeRedundantMembers { get; init; }

    public bool? UnreadThreadNotifications { get; init; }

    public IReadOnlyList<UserId>? RelatedBySenders { get; init; }

    public IReadOnlyList<string>? RelatedByRelTypes { get; init; }
}

/// <summary>Answer of <c>POST /_matrix/client/v3/user/{userId}/filter</c>.</summary>
public sealed record FilterCreated(string FilterId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FilterDefinition))]
[JsonSerializable(typeof(EventFilterDefinition))]
[JsonSerializable(typeof(FilterCreated))]
public sealed partial class FilterJsonContext : JsonSerializerContext;
