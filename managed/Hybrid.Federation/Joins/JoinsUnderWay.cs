using System.Collections.Concurrent;
using Hybrid.Primitives;

namespace Hybrid.Federation.Joins;

/// <summary>
/// Rooms that users of this server are joining through other servers. From the moment on that one of those has the join, events come that this server must
/// not turn away, though it has not got the room yet.
/// </summary>
public sealed class JoinsUnderWay
{
    readonly ConcurrentDictionary<RoomId, Joining> _rooms = new();

    /// <summary>Called with a room when the last join of it has ended, well or badly.</summary>
    public event Action<RoomId>? Ended;

    /// <summary>The version of a room that is being joined; null for any other.</summary>
    public string? VersionOf(RoomId roomId) => _rooms.TryGetValue(roomId, out var joining) ? joining.Version : null;

    /// <summary>Notes a join until the answer is disposed.</summary>
    public IDisposable Begin(RoomId roomId, string version)
    {
        _rooms.AddOrUpdate(roomId, static (_, version) => new Joining(version, 1), static (_, there, _) => there with { Count = there.Count + 1 }, version);
        return new Join(this, roomId);
    }

    void End(RoomId roomId)
    {
        while (_rooms.TryGetValue(roomId, out var joining))
        {
            if (joining.Count > 1 && _rooms.TryUpdate(roomId, joining with { Count = joining.Count - 1 }, joining))
                return;
            if (joining.Count == 1 && _rooms.TryRemove(KeyValuePair.Create(roomId, joining)))
                break;
        }

        Ended?.Invoke(roomId);
    }

    readonly record struct Joining(string Version, int Count);

    sealed class Join(JoinsUnderWay joins, RoomId roomId) : IDisposable
    {
        int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                joins.End(roomId);
        }
    }
}
