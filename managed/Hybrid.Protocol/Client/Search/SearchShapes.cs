using System.Text.Json.Serialization;
using Hybrid.Protocol.Client.Filters;

namespace Hybrid.Protocol.Client.Search;

/// <summary>Body of <c>POST /_matrix/client/v3/search</c>.</summary>
public sealed record SearchBody([property: JsonRequired] SearchCategories SearchCategories);

/// <summary>What to search, by category.</summary>
public sealed record SearchCategories(RoomEventsCriteria? RoomEvents);

/// <summary>What to look for among room events.</summary>
public sealed record RoomEventsCriteria([property: JsonRequired] string SearchTerm)
{
    public IReadOnlyList<string>? Keys { get; init; }

    public EventFilterDefinition? Filter { get; init; }

    /// <summary><c>rank</c> or <c>recent</c>.</summary>
    public string? OrderBy { get; init; }

    public EventContextCriteria? EventContext { get; init; }

    public bool? IncludeState { get; init; }

    public Groupings? Groupings { get; init; }
}

/// <summary>How much of what was said around a result is wanted.</summary>
public sealed record EventContextCriteria(long? BeforeLimit, long? AfterLimit, bool? IncludeProfile);

/// <summary>By what to group results.</summary>
public sealed record Groupings(IReadOnlyList<GroupKey>? GroupBy);

/// <summary><c>room_id</c> or <c>sender</c>.</summary>
public sealed record GroupKey([property: JsonRequired] string Key);

/// <summary>Shapes of the search.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SearchBody))]
public sealed partial class SearchJson : JsonSerializerContext;
