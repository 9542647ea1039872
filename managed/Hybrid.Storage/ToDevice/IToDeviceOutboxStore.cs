using Hybrid.Primitives;

namespace Hybrid.Storage.ToDevice;

/// <summary>The content of an <c>m.direct_to_device</c> EDU that waits for another server.</summary>
/// <param name="Destination">For which server.</param>
/// <param name="Content">The EDU's <c>content</c>.</param>
public sealed record OutgoingToDevice(ServerName Destination, ReadOnlyMemory<byte> Content);

/// <summary>An <see cref="OutgoingToDevice"/> at its place in the queue of its server.</summary>
public sealed record QueuedToDevice(long Position, ReadOnlyMemory<byte> Content);

/// <summary>Messages that wait for other servers, in the order in which they were sent; put there by <see cref="IToDeviceStore.TryDeliverAsync"/>.</summary>
public interface IToDeviceOutboxStore
{
    /// <summary>The first messages for a server.</summary>
    ValueTask<IReadOnlyList<QueuedToDevice>> ReadAsync(ServerName destination, int limit, CancellationToken cancellationToken);

    /// <summary>The server took its messages up to and including <paramref name="position"/>.</summary>
    ValueTask DeleteUpToAsync(ServerName destination, long position, CancellationToken cancellationToken);

    /// <summary>Servers for which messages wait, in the order of their names, from the first after <paramref name="after"/> on.</summary>
    ValueTask<IReadOnlyList<ServerName>> ReadDestinationsAsync(ServerName? after, int limit, CancellationToken cancellationToken);
}
