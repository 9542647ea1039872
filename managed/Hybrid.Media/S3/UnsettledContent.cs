using Hybrid.Media.Content;
using Hybrid.Storage;
using Hybrid.Storage.Media;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Media.S3;

/// <summary>Does what was left undone in the object store: objects that no record names are deleted. At start, and now and then.</summary>
sealed class UnsettledContent(ContentNotes notes, ContentFiles files, IMediaStore store, TimeProvider time, ILogger<UnsettledContent> logger) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        foreach (var sha256 in notes.All)
            await files.DeleteUnusedAsync(sha256, () => store.IsUsedAsync(sha256, cancellationToken), cancellationToken);
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
                    await SettleAsync(stoppingToken);
                }
                catch (Exception exception) when (exception is StoreUnavailableException or IOException)
                {
                    logger.LogWarning("Objects that nothing names stay for now: {Reason}", exception.Message);
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
