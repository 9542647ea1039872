using Hybrid.Primitives;

namespace Hybrid.Storage.Federation;

/// <summary>A room of which a server has not got everything.</summary>
/// <param name="Server">Which server.</param>
/// <param name="RoomId">The room.</param>
/// <param name="From">The position in the log of the first event that it has not got.</param>
public sealed record OwedRoom(ServerName Server, RoomId RoomId, long From);

/// <summary>
/// Where every other server is in the log. One position stands for all that are level; of the others it is noted in which rooms they are
/// behind, so that a thousand servers that work cost one row, and one that is dead costs nothing more however much is said meanwhile.
/// </summary>
public interface IOutboundStore
{
    /// <summary>Events up to here are taken by every server that they are for, or owed to it; null before anything was written.</summary>
    ValueTask<long?> ReadPositionAsync(CancellationToken cancellationToken);

    /// <summary>What is owed, by server and room, from the first after <paramref name="after"/> on.</summary>
    ValueTask<IReadOnlyList<OwedRoom>> ReadOwedAsync(OwedRoom? after, int limit, CancellationToken cancellationToken);

    /// <summary>What is owed to one server.</summary>
    ValueTask<IReadOnlyList<OwedRoom>> ReadOwedAsync(ServerName server, CancellationToken cancellationToken);

    /// <summary>Moves the position, and notes what is owed from now on and what no longer is, in one step.</summary>
    ValueTask WriteAsync(
        long position, IReadOnlyCollection<OwedRoom> added, IReadOnlyCollection<OwedRoom> removed, CancellationToken cancellationToken);
}
