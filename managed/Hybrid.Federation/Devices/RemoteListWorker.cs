using System.Collections.Concurrent;
using System.Threading.Channels;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Storage;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Space;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Devices;

/// <summary>
/// Asks for the device lists that became stale, one user of a server after the other and a few servers at a time, until they are had; forgets those of
/// users who share no room any more. What is to do stands in the store, so that a restart loses nothing.
/// </summary>
public sealed class RemoteListWorker(
    IRemoteDeviceStore store, RemoteListFetcher fetcher, RemoteSharing sharing, IDestinationHealth health, StreamHub hub, TimeProvider time,
    ILogger<RemoteListWorker> logger) : BackgroundService
{
    const int MaxServers = 8;
    const int TooManyRequests = 429;
    const int PageOfUsers = 100;
    const int PageOfServers = 1000;

    static readonly TimeSpan ServerRetry = TimeSpan.FromMinutes(5);
    static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);
    static readonly TimeSpan SweepInterval = TimeSpan.FromHours(6);

    readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    readonly ConcurrentDictionary<ServerName, Task> _lanes = new();
    readonly ConcurrentQueue<ServerName> _recovered = new();
    readonly ConcurrentDictionary<UserId, bool> _departed = new();

    /// <summary>Something became stale.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        health.Recovered += OnRecovered;
        using var following = hub.Subscribe(Follow);
        var sweepAt = time.GetUtcNow() + SweepInterval;
        try
        {
            while (true)
            {
                var wait = ServerRetry;
                try
                {
                    await HurryAsync(stoppingToken);
                    await ForgetAsync(TakeDeparted(), stoppingToken);
                    if (time.GetUtcNow() >= sweepAt)
                    {
                        await SweepAsync(stoppingToken);
                        sweepAt = time.GetUtcNow() + SweepInterval;
                    }

                    wait = await StartDueAsync(stoppingToken);
                }
                catch (Exception exception) when (exception is StoreUnavailableException or StorageFullException)
                {
                    logger.LogWarning("Device lists of other servers cannot be kept at the moment: {Reason}", exception.Message);
                }
#pragma warning disable CA1031 // Whatever it is, the only other way is to stop for good.
                catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
                {
                    logger.LogError(exception, "Device lists of other servers could not be looked after");
                }

                await WaitAsync(wait, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(_lanes.Values);
        }
        finally
        {
            health.Recovered -= OnRecovered;
        }
    }

    async Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_wake.Reader.WaitToReadAsync(ended.Token).AsTask(), Task.Delay(wait, time, ended.Token));
        await ended.CancelAsync();
        _wake.Reader.TryRead(out _);
        cancellationToken.ThrowIfCancellationRequested();
    }

    // How long until something else is due.
    async ValueTask<TimeSpan> StartDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (server, dueAt) in await store.ReadDueServersAsync(PageOfServers, cancellationToken))
        {
            if (dueAt > now)
                return dueAt - now < LongestWait ? dueAt - now : LongestWait;
            if (_lanes.ContainsKey(server))
                continue;

            // A lane that ends wakes this up.
            if (_lanes.Count >= MaxServers)
                break;
            var done = new TaskCompletionSource();
            _lanes[server] = done.Task;
            _ = RunLaneAsync(server, done, cancellationToken);
        }

        return LongestWait;
    }

    async Task RunLaneAsync(ServerName server, TaskCompletionSource done, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Yield();
            while (await store.ReadDueAsync(server, time.GetUtcNow(), PageOfUsers, cancellationToken) is { Count: > 0 } users)
            {
                foreach (var user in users)
                {
                    if (!await sharing.SharesAsync(user, cancellationToken))
                    {
                        await store.ForgetAsync([user], announce: false, cancellationToken);
                    }
                    else if (await fetcher.ResyncAsync(user) is { } failure && (!failure.IsRefusal || failure.Status == TooManyRequests))
                    {
                        await store.PostponeAsync(server, failure.RetryAt ?? time.GetUtcNow() + ServerRetry, cancellationToken);
                        return;
                    }
                }
            }
        }
#pragma warning disable CA1031 // The lane is begun again after a while.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.LogWarning("The device lists of {Server} could not be had: {Reason}", server, exception.Message);
            await Task.Delay(ServerRetry, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException)
        {
            // Goes on after the next start.
        }
        finally
        {
            _lanes.TryRemove(server, out _);
            done.SetResult();
            Wake();
        }
    }

    async ValueTask HurryAsync(CancellationToken cancellationToken)
    {
        while (_recovered.TryDequeue(out var server))
            await store.HurryAsync(server, time.GetUtcNow(), cancellationToken);
    }

    List<UserId> TakeDeparted()
    {
        var taken = _departed.Keys.ToList();
        foreach (var user in taken)
            _departed.TryRemove(user, out _);
        return taken;
    }

    // Also whom nobody saw leave: with the last of this server's users go all others of a room.
    async ValueTask SweepAsync(CancellationToken cancellationToken)
    {
        UserId? after = null;
        while (await store.ReadUsersAsync(after, PageOfUsers, cancellationToken) is { Count: > 0 } users)
        {
            await ForgetAsync(users, cancellationToken);
            after = users[^1];
        }
    }

    async ValueTask ForgetAsync(IReadOnlyList<UserId> users, CancellationToken cancellationToken)
    {
        var alone = new List<UserId>();
        foreach (var list in users.Count == 0 ? [] : await store.FindAsync(users, cancellationToken))
        {
            if (!await sharing.SharesAsync(list.UserId, cancellationToken))
                alone.Add(list.UserId);
        }

        if (alone.Count > 0)
            await store.ForgetAsync(alone, announce: false, cancellationToken);
    }

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice.Event is { Type: "m.room.member", Membership: "leave" or "ban", StateKey: { } target } && UserId.TryParse(target, out var user)
                && _departed.TryAdd(user, true))
            {
                Wake();
            }
        }
    }

    void OnRecovered(ServerName server)
    {
        _recovered.Enqueue(server);
        Wake();
    }
}
