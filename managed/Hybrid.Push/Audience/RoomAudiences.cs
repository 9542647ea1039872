using Hybrid.Primitives;
using Hybrid.Push.Rules;
using Hybrid.Rooms;
using Hybrid.Rooms.State;

namespace Hybrid.Push.Audience;

/// <summary>The audiences of the rooms that are busy. Used by the reader of the log alone.</summary>
sealed class RoomAudiences(PushRuleCache rules, ServerIdentity identity) : IDisposable
{
    const int Capacity = 1000;

    readonly Dictionary<RoomId, RoomAudience> _rooms = [];
    readonly string _localSuffix = $":{identity.Name}";
    long _uses;

    /// <summary>Whether the server speaks for the user's rules: it does for its own users.</summary>
    public bool IsLocal(UserId userId) => userId.Value.EndsWith(_localSuffix, StringComparison.Ordinal);

    /// <summary>The room's audience: its local members.</summary>
    public async ValueTask<RoomAudience> OfAsync(RoomSnapshot room, CancellationToken cancellationToken)
    {
        if (!_rooms.TryGetValue(room.RoomId, out var audience))
        {
            audience = new RoomAudience(room.RoomId, rules);
            foreach (var userId in room.Joined.Where(IsLocal))
                await audience.SetAsync(userId, room, cancellationToken);
            MakeRoom();
            _rooms.Add(room.RoomId, audience);
        }

        audience.LastUsed = ++_uses;
        return audience;
    }

    /// <summary>The user's rules changed.</summary>
    public void Outdate(UserId userId)
    {
        foreach (var audience in _rooms.Values)
            audience.Outdate(userId);
    }

    public void Dispose()
    {
        foreach (var audience in _rooms.Values)
            audience.Dispose();
        _rooms.Clear();
    }

    // Half at once, so that looking for the oldest is rare.
    void MakeRoom()
    {
        if (_rooms.Count < Capacity)
            return;

        foreach (var (roomId, audience) in _rooms.OrderBy(static entry => entry.Value.LastUsed).Take(Capacity / 2).ToList())
        {
            _rooms.Remove(roomId);
            audience.Dispose();
        }
    }
}
