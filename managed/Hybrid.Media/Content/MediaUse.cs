using Hybrid.Media.Remote;
using Hybrid.Storage;
using Hybrid.Storage.Media;
using Hybrid.Storage.Space;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Media.Content;

/// <summary>
/// Remembers when media were asked for, and deletes those that nobody asked for in a long time: other servers' media, and if the operator wishes so,
/// this server's. Of these, pictures of users and rooms stay: clients keep them, and ask for them seldom.
/// </summary>
public sealed class MediaUse(
    MediaOptions options, IMediaUseStore store, ContentRepository repository, RemoteMediaCache remote, TimeProvider time, ILogger<MediaUse> logger) : BackgroundService
{
    const int Step = 200;
    static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Deletes what is unused now, after what was used is written down.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (repository.TakeAccesses() is { Count: > 0 } accesses)
            await store.NoteAsync(accesses, cancellationToken);
        await remote.SweepAsync(cancellationToken);
        if (options.UnusedMediaLifetime is not { } lifetime)
            return;

        var since = (time.GetUtcNow() - lifetime).ToUnixTimeMilliseconds();
        HashSet<string>? pictures = null;
        MediaId? last = null;
        while (await store.ReadUnusedAsync(since, last, Step, cancellationToken) is { Count: > 0 } unused)
        {
            pictures ??= [.. await store.ReadPicturesAsync(cancellationToken)];
            foreach (var id in unused.Where(id => !pictures.Contains($"mxc://{options.ServerName}/{id}")))
                await repository.DeleteAsync(id, cancellationToken);
            last = unused[^1];
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await SweepAsync(stoppingToken);
                }
                catch (Exception exception) when (exception is StoreUnavailableException or StorageFullException or IOException)
                {
                    logger.LogWarning("Unused media stay for now: {Reason}", exception.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was noted in the last hour is forgotten: an hour is little beside the shortest lifetime.
        }
    }
}
