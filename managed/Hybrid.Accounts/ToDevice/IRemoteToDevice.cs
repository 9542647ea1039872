using Hybrid.Storage.ToDevice;

namespace Hybrid.Accounts.ToDevice;

/// <summary>
/// Takes messages for devices of other servers. Federation implements it; a server without it has no way to reach such
/// devices, and what is addressed to them is dropped with a warning in the log.
/// </summary>
public interface IRemoteToDevice
{
    /// <summary>
    /// Accepts the messages for sending; they are durable when it returns. The same sender, device and transaction may come
    /// again after a crash and must then not be sent twice.
    /// </summary>
    ValueTask AcceptAsync(ToDeviceBatch batch, CancellationToken cancellationToken);
}
