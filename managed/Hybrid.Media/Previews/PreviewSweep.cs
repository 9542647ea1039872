using Hybrid.Media.Content;
using Hybrid.Storage;
using Hybrid.Storage.Media;
using Hybrid.Storage.Space;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Media.Previews;

/// <summary>Lets old previews go, and their images with them.</summary>
sealed class PreviewSweep(
    PreviewOptions options, IUrlPreviewStore store, ContentRepository repository, TimeProvider time, ILogger<PreviewSweep> logger) : BackgroundService
{
    const int Step = 100;
    static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Takes out what is old now.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var before = (time.GetUtcNow() - options.Lifetime).ToUnixTimeMilliseconds();
        while (await store.TakeOldAsync(before, options.MaxKept, Step, cancellationToken) is { Count: > 0 } old)
        {
            foreach (var preview in old)
            {
                if (preview.Image is { } image)
                    await repository.DeleteAsync(image, cancellationToken);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                try
                {
                    await SweepAsync(stoppingToken);
                }
                catch (Exception exception) when (exception is StoreUnavailableException or StorageFullException or IOException)
                {
                    logger.LogWarning("Old previews stay for now: {Reason}", exception.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start goes on.
        }
    }
}
