using Hybrid.Server.Configuration;
using Hybrid.Storage.Space;

namespace Hybrid.Server.Hosting;

/// <summary>
/// Looks every few seconds how much room is left for the data. Below the floor it makes the server read-only, while there is still
/// room for what the database does on its own; once there is more again, and a write succeeds, it ends that.
/// </summary>
sealed class SpaceWatch(StorageSpace space, ISpaceProbe probe, HybridSettings settings, TimeProvider time, ILogger<SpaceWatch> logger) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    // A floor for disks would leave nothing of a small file system.
    const int SmallestShare = 16;

    readonly DiskReserve? _reserve = settings.Postgres is null ? new(settings.DatabasePath) : null;

    // How much room PostgreSQL has is its own business.
    readonly string[] _folders = settings.Postgres is null
        ? [settings.DataFolder, Path.GetDirectoryName(Path.GetFullPath(settings.DatabasePath))!]
        : [settings.DataFolder];

    /// <summary>Looks once before the server answers anyone.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        space.Changed += Tell;
        await LookAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        space.Changed -= Tell;
    }

    /// <summary>Compares the room that is left with the floor.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        var least = long.MaxValue;
        foreach (var folder in _folders)
        {
            var disk = new DriveInfo(Path.GetFullPath(folder));
            var (free, floor) = (disk.AvailableFreeSpace, Math.Min(settings.MinimumFreeSpace, disk.TotalSize / SmallestShare));
            if (free < floor)
                space.MarkFull($"{folder} has {free >> 10} KiB left, less than the {floor >> 10} KiB that it must have (minimum_free_space)");
            // A little more than the floor, so that a disk that stays near it does not go back and forth.
            if (free < floor + floor / 4)
                return;
            least = Math.Min(least, free - floor);
        }

        if (space.FullBecause is not null && await probe.TryWriteAsync(cancellationToken))
            space.MarkFree();
        if (space.FullBecause is null && least > 2 * DiskReserve.Size)
            _reserve?.Hold();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (IOException exception)
            {
                logger.LogWarning(exception, "The room that is left could not be found out");
            }
        }
    }

    void Tell(string? reason)
    {
        if (reason is null)
            logger.LogInformation("There is room again: the server takes writes");
        else
            logger.LogError("The server is read-only until there is room again: {Reason}", reason);
    }
}
