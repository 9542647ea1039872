using System.Text.Json;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Streams;

namespace Hybrid.Federation.Devices;

/// <summary>
/// Asks other servers for the device lists of their users, and stores what they tell. A list is asked for once at a time: whoever wants it
/// meanwhile gets the same answer.
/// </summary>
public sealed class RemoteListFetcher(
    KeyServerClient client, IRemoteDeviceStore store, RemoteKeyReader reader, StreamHub hub, TimeProvider time) : IDisposable
{
    const int MaxListBytes = 20 << 20;

    // A list that changed while it was asked for is asked for again, but not in circles.
    static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);
    static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(1);
    static readonly TimeSpan LastRetry = TimeSpan.FromHours(24);

    readonly Lock _lock = new();
    readonly Dictionary<UserId, Task<FederationFailure?>> _running = [];
    readonly CancellationTokenSource _stopping = new();

    /// <summary>When a list is asked for again that could not be had this often in a row.</summary>
    internal static TimeSpan RetryAfter(int failures)
    {
        var delay = FirstRetry * Math.Pow(2, Math.Min(failures, 16));
        return delay < LastRetry ? delay : LastRetry;
    }

    /// <summary>Asks a server for the lists of its users, many at a time. It does not say how far they are: the next update makes them stale.</summary>
    /// <returns>For each user why the list could not be had, or null when it was stored.</returns>
    public IReadOnlyList<(UserId UserId, Task<FederationFailure?> Done)> Fetch(ServerName server, IReadOnlyCollection<UserId> users)
    {
        var tasks = new List<(UserId, Task<FederationFailure?>)>(users.Count);
        lock (_lock)
        {
            var fresh = new List<UserId>();
            foreach (var user in users)
            {
                if (_running.TryGetValue(user, out var running))
                    tasks.Add((user, running));
                else
                    fresh.Add(user);
            }

            foreach (var chunk in fresh.Chunk(KeyRequests.MaxUsers))
            {
                var done = Begin(chunk, cancellationToken => AskForListsAsync(server, chunk, cancellationToken));
                tasks.AddRange(chunk.Select(user => (user, done)));
            }
        }

        return tasks;
    }

    /// <summary>Asks the user's server for the list, and how far it is.</summary>
    /// <returns>Why the list could not be had; null when it was stored.</returns>
    public Task<FederationFailure?> ResyncAsync(UserId userId)
    {
        lock (_lock)
            return _running.TryGetValue(userId, out var running) ? running : Begin([userId], cancellationToken => AskForListAsync(userId, cancellationToken));
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    // Called with the lock, which the work needs to end: it is in the list by then.
    Task<FederationFailure?> Begin(IReadOnlyList<UserId> users, Func<CancellationToken, Task<FederationFailure?>> work)
    {
        var stopping = _stopping.Token;
        var task = Task.Run(RunAsync, stopping);
        foreach (var user in users)
            _running[user] = task;
        return task;

        async Task<FederationFailure?> RunAsync()
        {
            try
            {
                return await work(stopping);
            }
            finally
            {
                lock (_lock)
                {
                    foreach (var user in users)
                        _running.Remove(user);
                }
            }
        }
    }

    async Task<FederationFailure?> AskForListsAsync(ServerName server, IReadOnlyList<UserId> users, CancellationToken cancellationToken)
    {
        await store.FollowAsync(users, time.GetUtcNow() + FirstRetry, cancellationToken);
        var lists = await store.FindAsync(users, cancellationToken);
        var since = hub.Current(StreamKind.Events);
        var request = KeyRequests.Query(users.Select(static user => KeyValuePair.Create<UserId, IReadOnlyList<DeviceId>>(user, [])));
        var answered = await client.AskAsync(server, request with { MaxAnswerBytes = MaxListBytes }, cancellationToken, cancellationToken);
        if (!answered.TryGet(out var answer, out var failure))
        {
            await store.NoteFailureAsync(users, time.GetUtcNow() + RetryAfter(lists.Select(static list => list.Failures).DefaultIfEmpty().Max()), cancellationToken);
            return failure;
        }

        using (answer)
        {
            var root = answer.RootElement;
            await Task.WhenAll(lists.Select(list => StoreAsync(list, null, since, Devices(root, list.UserId), Keys(root, list.UserId), cancellationToken)));
        }

        return null;
    }

    async Task<FederationFailure?> AskForListAsync(UserId userId, CancellationToken cancellationToken)
    {
        if (await store.FindAsync([userId], cancellationToken) is not [var list])
            return null;

        var since = hub.Current(StreamKind.Events);
        var request = KeyRequests.Devices(userId) with { MaxAnswerBytes = MaxListBytes };
        var answered = await client.AskAsync(userId.Server, request, cancellationToken, cancellationToken);
        if (answered.TryGet(out var answer, out var failure))
        {
            using (answer)
            {
                var root = answer.RootElement;
                if (RemoteKeyReader.Text(root, "user_id") == userId.Value
                    && root.TryGetProperty("stream_id", out var stream) && stream.ValueKind == JsonValueKind.Number && stream.TryGetInt64(out var streamId)
                    && root.TryGetProperty("devices", out var devices) && devices.ValueKind == JsonValueKind.Array)
                {
                    var keys = reader.ReadSigningKeys(userId, RemoteKeyReader.Member(root, "master_key"), RemoteKeyReader.Member(root, "self_signing_key"));
                    await StoreAsync(list, streamId, since, ReadListed(userId, devices), keys, cancellationToken);
                    return null;
                }
            }

            failure = new FederationFailure(userId.Server, FailureKind.BadAnswer, "The answer is no list of devices.");
        }

        await store.NoteFailureAsync([userId], time.GetUtcNow() + RetryAfter(list.Failures), cancellationToken);
        return failure;
    }

    async Task StoreAsync(
        RemoteDeviceList list, long? streamId, long since, List<DeviceKeysRecord> devices, IReadOnlyList<CrossSigningKeyRecord> keys,
        CancellationToken cancellationToken)
    {
        if (devices.Count > RemoteDeviceList.MaxDevices)
        {
            await store.ForgetAsync([list.UserId], announce: list.IsFetched, cancellationToken);
            return;
        }

        await store.StoreAsync(
            new RemoteDeviceSnapshot(list.UserId, list.Generation, streamId, since, devices, keys), time.GetUtcNow() + Rest, cancellationToken);
    }

    List<DeviceKeysRecord> Devices(JsonElement root, UserId userId) =>
        RemoteKeyReader.OfUser(root, "device_keys", userId) is { } devices ? reader.ReadDevices(userId, devices) : [];

    IReadOnlyList<CrossSigningKeyRecord> Keys(JsonElement root, UserId userId) =>
        reader.ReadSigningKeys(userId, RemoteKeyReader.OfUser(root, "master_keys", userId), RemoteKeyReader.OfUser(root, "self_signing_keys", userId));

    List<DeviceKeysRecord> ReadListed(UserId userId, JsonElement devices)
    {
        var read = new List<DeviceKeysRecord>();
        foreach (var device in devices.EnumerateArray())
        {
            if (RemoteKeyReader.Member(device, "keys") is { } keys
                && reader.ReadDevice(userId, RemoteKeyReader.Text(device, "device_id"), keys, RemoteKeyReader.Text(device, "device_display_name")) is { } record)
            {
                read.Add(record);
            }
        }

        return [.. read.DistinctBy(static device => device.DeviceId)];
    }
}
