using Hybrid.Media.Remote;
using Hybrid.Storage;
using Hybrid.Storage.Media;
using Hybrid.Storage.Space;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Media.Content;

/// <summary>Which media are to go.</summary>
/// <param name="SinceTs">Neither uploaded nor asked for since then, in milliseconds since the Unix epoch.</param>
/// <param name="LongerThan">Of more bytes.</param>
/// <param name="WithPictures">Pictures of users and rooms too.</param>
public sealed record UnusedMedia(long SinceTs, long LongerThan = -1, bool WithPictures = false);

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
        await remote.SweepAsync(cancellationToken);
        if (options.UnusedMediaLifetime is { } lifetime)
            await DeleteAsync(new UnusedMedia((time.GetUtcNow() - lifetime).ToUnixTimeMilliseconds()), cancellationToken);
        else
            await NoteAsync(cancellationToken);
    }

    /// <summary>Deletes unused media; their IDs. What is withdrawn stays for those who look into it.</summary>
    public async Task<IReadOnlyList<MediaId>> DeleteAsync(UnusedMedia unused, CancellationToken cancellationToken)
    {
        await NoteAsync(cancellationToken);
        var deleted = new List<MediaId>();
        HashSet<string>? pictures = unused.WithPictures ? [] : null;
        MediaId? last = null;
        while (await store.ReadUnusedAsync(unused.SinceTs, unused.LongerThan, last, Step, cancellationToken) is { Count: > 0 } page)
        {
            pictures ??= [.. await store.ReadPicturesAsync(cancellationToken)];
            foreach (var id in page.Where(id => !pictures.Contains($"mxc://{options.ServerName}/{id}")))
            {
                if (await repository.DeleteAsync(id, cancellationToken))
                    deleted.Add(id);
            }

            last = page[^1];
        }

        return deleted;
    }

    async ValueTask NoteAsync(CancellationToken cancellationToken)
    {
        if (repository.TakeAccesses() is { Count: > 0 } accesses)
            await store.NoteAsync(accesses, cancellationToken);
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
