using Hybrid.Primitives;

namespace Hybrid.Accounts.ToDevice;

/// <summary>
/// Brings messages to devices of other servers. Federation implements it; a server without it has no way to reach such
/// devices, and what is addressed to them is dropped with a warning in the log.
/// </summary>
public interface IRemoteToDevice
{
    /// <summary>Messages were put into the queues of these servers. Must be quick; what waits since before the start is found in the store.</summary>
    void Queued(IReadOnlyCollection<ServerName> destinations);
}
