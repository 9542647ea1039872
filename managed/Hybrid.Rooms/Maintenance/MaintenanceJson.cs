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
public sealed record DeletionTerms(bool Purge, string? Reason)
{
    /// <summary>The room that the members are moved to; null: they only leave.</summary>
    public NewRoomTerms? NewRoom { get; init; }
}

/// <summary>The room that the members of a deleted one are moved to.</summary>
/// <param name="Creator">A user of this server, the only one who may speak in it.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Message">What is said in it.</param>
public sealed record NewRoomTerms(UserId Creator, string Name, string Message);

/// <summary>What came of a deletion so far.</summary>
/// <param name="KickedUsers">Who was made to leave.</param>
/// <param name="FailedToKickUsers">Who could not be.</param>
/// <param name="LocalAliases">The aliases that it had.</param>
/// <param name="IsClosed">The room cannot be opened any more.</param>
public sealed record DeletionProgress(
    IReadOnlyList<UserId> KickedUsers, IReadOnlyList<UserId> FailedToKickUsers, IReadOnlyList<RoomAlias> LocalAliases, bool IsClosed)
{
    /// <summary>The room that members are moved to, once it is there.</summary>
    public RoomId? NewRoomId { get; init; }

    public static DeletionProgress None { get; } = new([], [], [], false);
}

/// <summary>JSON of jobs in the store.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PurgeArguments))]
[JsonSerializable(typeof(PurgeCheckpoint))]
[JsonSerializable(typeof(DeletionTerms))]
[JsonSerializable(typeof(DeletionProgress))]
sealed partial class MaintenanceJson : JsonSerializerContext;
