using System.Text.Json.Serialization;
using Hybrid.Primitives;

namespace Hybrid.Rooms.Maintenance;

/// <summary>What a purge was asked for: events before a position, with or without what this server's users said.</summary>
sealed record PurgeArguments(long Before, bool KeepLocal);

/// <summary>Where a purge goes on.</summary>
sealed record PurgeCheckpoint(long From);

/// <summary>How a room is deleted.</summary>
/// <param name="Purge">Whether its rows go; otherwise it only loses its members, aliases and place in the directory.</param>
/// <param name="Reason">What the members are told.</param>
public sealed record DeletionTerms(bool Purge, string? Reason);

/// <summary>What came of a deletion so far.</summary>
/// <param name="KickedUsers">Who was made to leave.</param>
/// <param name="FailedToKickUsers">Who could not be.</param>
/// <param name="LocalAliases">The aliases that it had.</param>
/// <param name="IsClosed">The room cannot be opened any more.</param>
public sealed record DeletionProgress(
    IReadOnlyList<UserId> KickedUsers, IReadOnlyList<UserId> FailedToKickUsers, IReadOnlyList<RoomAlias> LocalAliases, bool IsClosed)
{
    public static DeletionProgress None { get; } = new([], [], [], false);
}

/// <summary>JSON of jobs in the store.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PurgeArguments))]
[JsonSerializable(typeof(PurgeCheckpoint))]
[JsonSerializable(typeof(DeletionTerms))]
[JsonSerializable(typeof(DeletionProgress))]
sealed partial class MaintenanceJson : JsonSerializerContext;
