using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Microsoft.Extensions.Logging;

namespace Hybrid.Rooms.Upgrades;

/// <summary>A part that keeps something of users about rooms, such as tags, which is to hold for the replacement of a room too.</summary>
public interface IPersonalRoomSettings
{
    /// <summary>Copies what the user keeps about one room to another. Doing it again changes nothing.</summary>
    ValueTask CopyAsync(UserId userId, RoomId from, RoomId to, CancellationToken cancellationToken);
}

/// <summary>Brings users' personal settings along when they join the replacement of a room (specification, "Room Upgrades").</summary>
public sealed class RoomSuccession(IEnumerable<IPersonalRoomSettings> settings, ILogger<RoomSuccession> logger)
{
    /// <summary>The user has joined a room; when it replaces another, that one's settings come along.</summary>
    internal async ValueTask JoinedAsync(UserId userId, RoomSnapshot room, CancellationToken cancellationToken)
    {
        if (PredecessorOf(room) is { } predecessor)
            await FollowAsync(userId, predecessor, room.RoomId, cancellationToken);
    }

    internal async ValueTask FollowAsync(UserId userId, RoomId from, RoomId to, CancellationToken cancellationToken)
    {
        foreach (var kind in settings)
        {
            try
            {
                await kind.CopyAsync(userId, from, to, cancellationToken);
            }
#pragma warning disable CA1031 // The user is in the room: what could not be copied must not make that look as if it had failed.
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                logger.LogWarning(exception, "Settings about {OldRoom} were not copied to {NewRoom}", from, to);
            }
        }
    }

    static RoomId? PredecessorOf(RoomSnapshot room)
    {
        if (room.Find("m.room.create") is not { } create)
            return null;

        using var content = JsonDocument.Parse(create.Content());
        return content.RootElement.TryGetProperty("predecessor", out var predecessor) && predecessor.ValueKind == JsonValueKind.Object
            && predecessor.TryGetProperty("room_id", out var named) && named.ValueKind == JsonValueKind.String && RoomId.TryParse(named.GetString(), out var roomId)
                ? roomId
                : null;
    }
}
