using System.Threading.Channels;
using Hybrid.Federation.Outbound;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Space;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Devices;

/// <summary>
/// Follows the changes of this server's users' devices and gives them out to the servers that share a room with them. How far it is stands in the
/// store: after a restart it goes on from there.
/// </summary>
public sealed class DeviceListFanOut(
    ServerIdentity identity, IOutgoingDeviceListStore store, IDestinationRooms rooms, DeviceListSource source, StreamHub hub, TimeProvider time,
    ILogger<DeviceListFanOut> logger) : BackgroundService
{
    static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var following = hub.Subscribe(Follow);
        _changed.Writer.TryWrite(true);
        try
        {
            while (await _changed.Reader.WaitToReadAsync(stoppingToken))
            {
                _changed.Reader.TryRead(out _);
                if (!await TryGiveOutAsync(stoppingToken))
                {
                    await Task.Delay(RetryDelay, time, stoppingToken);
                    _changed.Writer.TryWrite(true);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Goes on after the next start.
        }
    }

    async ValueTask<bool> TryGiveOutAsync(CancellationToken cancellationToken)
    {
        try
        {
            await GiveOutAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is StoreUnavailableException or StorageFullException)
        {
            return false;
        }
#pragma warning disable CA1031 // Whatever it is, the only other way is to stop for good.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            logger.LogError(exception, "Changes of devices could not be given out to other servers");
            return false;
        }
    }

    async ValueTask GiveOutAsync(CancellationToken cancellationToken)
    {
        var upTo = hub.Current(StreamKind.DeviceLists);
        var users = await store.ReadChangedUsersAsync(await store.ReadFanOutAsync(cancellationToken), cancellationToken);
        if (users.Count == 0)
            return;

        var audiences = new Dictionary<UserId, IReadOnlySet<ServerName>>();
        foreach (var user in users)
        {
            if (user.Server == identity.Name)
                audiences[user] = await rooms.ServersWithAsync(user, cancellationToken);
        }

        await store.FanOutAsync(audiences, upTo, cancellationToken);
        source.Announce(audiences.Values.SelectMany(static servers => servers).Distinct());
    }

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice is { Stream: StreamKind.DeviceLists, User: { } user } && user.Server == identity.Name)
                _changed.Writer.TryWrite(true);
        }
    }
}
