using Hybrid.Storage.Space;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Accounts.Devices;

/// <summary>Writes device activity to the store every so often, and once more when the server stops.</summary>
public sealed class DeviceActivityWriter(DeviceActivity activity, TimeProvider time, ILogger<DeviceActivityWriter> logger) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await activity.FlushAsync(cancellationToken);
        }
        catch (StorageFullException)
        {
            // The last sightings are lost; an orderly end matters more.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await activity.FlushAsync(stoppingToken);
            }
#pragma warning disable CA1031 // Sightings are kept and written the next time; no reason to end the server.
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                if (exception is not StorageFullException)
                    logger.LogWarning(exception, "Device activity could not be written; it will be tried again");
            }
        }
    }
}
