using System.Text.Json;
using System.Threading.Channels;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.State;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Space;
using Hybrid.Storage.Streams;
using Hybrid.Storage.UserDirectory;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Search.UserDirectory;

/// <summary>
/// Keeps the user directory: a reader of the log that notes local users when their memberships change (as they do with every
/// change of a profile) and rooms when they open or close. It writes what is so now, so reading a stretch twice does no harm.
/// </summary>
public sealed class UserDirectoryReader(
    StreamHub hub, IRoomStore events, RoomRegistry rooms, IProfileStore profiles, IUserDirectoryStore store, ServerIdentity identity,
    TimeProvider time, ILogger<UserDirectoryReader> logger) : BackgroundService
{
    const int ReplayPage = 500;
    const int MaxBatch = 256;

    // A place that is this far behind is written down even though nothing in between mattered, so that a start stays quick.
    const long MaxUnwritten = 5000;

    static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    readonly Channel<StoredEvent> _published = Channel.CreateUnbounded<StoredEvent>(new UnboundedChannelOptions { SingleReader = true });
    readonly Lock _lock = new();
    readonly List<(long Position, TaskCompletionSource Reached)> _waiters = [];
    long _lastRelevant;
    long _taken;

    /// <summary>Completes when everything that was published before the call can be found.</summary>
    public ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_taken >= _lastRelevant)
                return ValueTask.CompletedTask;
            _waiters.Add((_lastRelevant, reached));
        }

        return new ValueTask(reached.Task.WaitAsync(cancellationToken));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var following = hub.Subscribe(Follow);
        try
        {
            var position = await ReplayAsync(stoppingToken);
            while (await _published.Reader.WaitToReadAsync(stoppingToken))
                position = await TakeAsync(position, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was not taken in is read again at the next start.
        }
    }

    static bool IsRelevant(StoredEvent stored) => stored.Type is "m.room.member" || OpensRoom(stored);

    static bool OpensRoom(StoredEvent stored) => stored is { Type: "m.room.join_rules" or "m.room.history_visibility", StateKey: "" };

    static string? Text(IReadOnlyDictionary<string, string> profile, string name)
    {
        if (!profile.TryGetValue(name, out var json))
            return null;

        using var value = JsonDocument.Parse(json);
        return value.RootElement.ValueKind == JsonValueKind.String ? value.RootElement.GetString() : null;
    }

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice.Event is not { } stored || !IsRelevant(stored))
                continue;

            lock (_lock)
                _lastRelevant = stored.Position;
            _published.Writer.TryWrite(stored);
        }
    }

    async Task<long> ReplayAsync(CancellationToken cancellationToken)
    {
        var position = await store.ReadPositionAsync(cancellationToken);
        var written = position;
        while (await events.ReadLogAsync(position, ReplayPage, cancellationToken) is { Count: > 0 } page)
        {
            var relevant = page.Where(IsRelevant).ToList();
            position = page[^1].Position;
            if (relevant.Count > 0 || position - written >= MaxUnwritten)
            {
                await ApplyAsync(relevant, position, cancellationToken);
                written = position;
            }
        }

        Reached(position);
        return position;
    }

    async Task<long> TakeAsync(long position, CancellationToken cancellationToken)
    {
        var batch = new List<StoredEvent>();
        while (batch.Count < MaxBatch && _published.Reader.TryRead(out var stored))
        {
            if (stored.Position > position)
                batch.Add(stored);
        }

        if (batch.Count == 0)
            return position;

        await ApplyAsync(batch, batch[^1].Position, cancellationToken);
        Reached(batch[^1].Position);
        return batch[^1].Position;
    }

    async Task ApplyAsync(List<StoredEvent> batch, long position, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await store.ApplyAsync(await ChangeAsync(batch, position, cancellationToken), cancellationToken);
                return;
            }
#pragma warning disable CA1031 // A full disk must not end the reader: it goes on from here when there is room again.
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                // A full disk is told of once, by the server itself.
                if (exception is not StorageFullException)
                    logger.LogError(exception, "The user directory could not be written; trying again in {Delay}", RetryDelay);
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }

    async ValueTask<UserDirectoryChange> ChangeAsync(List<StoredEvent> batch, long position, CancellationToken cancellationToken)
    {
        var users = new List<DirectoryUser>();
        var gone = new List<UserId>();
        foreach (var userId in batch.Select(Member).OfType<UserId>().Where(user => user.Server == identity.Name).Distinct())
        {
            if (await profiles.ReadAsync(userId, cancellationToken) is { } profile)
                users.Add(new DirectoryUser(userId, Text(profile, "displayname"), Text(profile, "avatar_url")));
            else
                gone.Add(userId);
        }

        var open = new Dictionary<RoomId, bool>();
        foreach (var roomId in batch.Where(OpensRoom).Select(static stored => stored.RoomId).Distinct())
        {
            if (await rooms.FindAsync(roomId, cancellationToken) is { Current: var room })
                open[roomId] = room.JoinRule == "public" || room.HistoryVisibility == HistoryVisibility.WorldReadable;
        }

        return new UserDirectoryChange(users, gone, open, position);

        static UserId? Member(StoredEvent stored) =>
            stored.Type == "m.room.member" && UserId.TryParse(stored.StateKey, out var user) ? user : null;
    }

    void Reached(long position)
    {
        List<TaskCompletionSource> reached;
        lock (_lock)
        {
            _taken = Math.Max(_taken, position);
            reached = [.. _waiters.Where(waiter => waiter.Position <= _taken).Select(static waiter => waiter.Reached)];
            _waiters.RemoveAll(waiter => waiter.Position <= _taken);
        }

        foreach (var waiter in reached)
            waiter.SetResult();
    }
}
