using Hybrid.Primitives;

namespace Hybrid.Storage.ToDevice;

/// <summary>The inboxes of devices (specification, "Send-to-Device messaging"). An inbox goes when its device goes.</summary>
public interface IToDeviceStore
{
    /// <summary>
    /// The device's messages after <paramref name="after"/>, up to and including <paramref name="upTo"/>, oldest first, at most
    /// <paramref name="limit"/>. A reader that got as many as it asked for goes on from the last one's position.
    /// </summary>
    ValueTask<IReadOnlyList<ToDeviceMessage>> ReadAsync(
        UserId userId, DeviceId deviceId, long after, long upTo, int limit, CancellationToken cancellationToken);

    /// <summary>Forgets the device's messages up to and including <paramref name="position"/>, which the device has acknowledged.</summary>
    ValueTask DeleteUpToAsync(UserId userId, DeviceId deviceId, long position, CancellationToken cancellationToken);

    /// <summary>
    /// Puts the messages into the inboxes, and those for other servers into their queues, all in one commit. False when this transaction of
    /// the sending device was stored before: nothing is delivered twice. Devices that do not exist get nothing; neither does one whose inbox is
    /// full, nor a server for which as many messages wait as are kept.
    /// </summary>
    ValueTask<bool> TryDeliverAsync(ToDeviceBatch batch, IReadOnlyList<OutgoingToDevice> outgoing, CancellationToken cancellationToken);

    /// <summary>
    /// Puts messages of another server's user into the inboxes. False when the message of this ID was delivered before:
    /// <see cref="ToDeviceBatch.TransactionId"/> is the <c>message_id</c>, which belongs to the server.
    /// </summary>
    ValueTask<bool> TryReceiveAsync(ServerName origin, ToDeviceBatch batch, CancellationToken cancellationToken);
}
