using Hybrid.Primitives;

namespace Hybrid.Storage.ToDevice;

/// <summary>A message that waits for a device.</summary>
/// <param name="Position">In <see cref="StreamKind.ToDevice"/>.</param>
/// <param name="Sender">Who sent it.</param>
/// <param name="Type">The event type.</param>
/// <param name="Content">The content object, as it was sent.</param>
public sealed record ToDeviceMessage(long Position, UserId Sender, string Type, ReadOnlyMemory<byte> Content);

/// <summary>One message on its way to one device of a user, or with no device to all that the user has.</summary>
public readonly record struct ToDeviceDelivery(UserId UserId, DeviceId? DeviceId, ReadOnlyMemory<byte> Content);

/// <summary>The messages of one request.</summary>
/// <param name="Sender">Who sends.</param>
/// <param name="SenderDevice">The sending device, which transaction IDs belong to; null for an application service acting without one.</param>
/// <param name="TransactionId">The client's name for the request.</param>
/// <param name="Type">The event type.</param>
/// <param name="Deliveries">To whom.</param>
/// <param name="SentAt">When the request came.</param>
public sealed record ToDeviceBatch(
    UserId Sender, DeviceId? SenderDevice, string TransactionId, string Type, IReadOnlyList<ToDeviceDelivery> Deliveries, DateTimeOffset SentAt);
