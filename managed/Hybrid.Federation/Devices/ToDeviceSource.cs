using Hybrid.Accounts.ToDevice;
using Hybrid.Federation.Outbound;
using Hybrid.Primitives;
using Hybrid.Storage.ToDevice;

namespace Hybrid.Federation.Devices;

/// <summary>To-device messages for other servers: they wait in the store, in order, until their server has taken them.</summary>
public sealed class ToDeviceSource(IToDeviceOutboxStore outbox) : IEduSource, IRemoteToDevice
{
    public EduUrgency Urgency => EduUrgency.ToDevice;

    public bool IsDurable => true;

    public event Action<ServerName>? Waiting;

    public void Queued(IReadOnlyCollection<ServerName> destinations)
    {
        foreach (var destination in destinations)
            Waiting?.Invoke(destination);
    }

    public async ValueTask<EduBatch> ReadAsync(ServerName destination, int limit, CancellationToken cancellationToken)
    {
        var messages = await outbox.ReadAsync(destination, limit, cancellationToken);
        return messages.Count == 0
            ? EduBatch.Empty
            : new EduBatch([.. messages.Select(static message => new Edu("m.direct_to_device", message.Content))], messages[^1].Position);
    }

    public ValueTask AcknowledgeAsync(ServerName destination, EduBatch batch, CancellationToken cancellationToken) =>
        outbox.DeleteUpToAsync(destination, batch.Cursor, cancellationToken);

    public void GiveUp(ServerName destination)
    {
    }

    public ValueTask<IReadOnlyList<ServerName>> ReadWaitingAsync(ServerName? after, int limit, CancellationToken cancellationToken) =>
        outbox.ReadDestinationsAsync(after, limit, cancellationToken);
}
