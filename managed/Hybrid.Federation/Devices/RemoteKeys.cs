using System.Collections.Concurrent;
using Hybrid.Accounts.Keys;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Federation.Devices;

/// <inheritdoc cref="IRemoteKeys"/>
public sealed class RemoteKeys(
    KeyServerClient client, IRemoteDeviceStore store, ICrossSigningStore crossSigning, RemoteListFetcher fetcher, RemoteSharing sharing,
    RemoteKeyReader reader, RemoteKeyClaims claiming, TimeProvider time) : IRemoteKeys
{
    public ValueTask<RemoteKeyAnswer<ClaimedKey>> ClaimAsync(IReadOnlyList<KeyClaim> claims, TimeSpan timeout, CancellationToken cancellationToken) =>
        claiming.ClaimAsync(claims, timeout, cancellationToken);

    public async ValueTask<RemoteKeyAnswer<UserKeys>> QueryAsync(
        UserId viewer, IReadOnlyDictionary<UserId, IReadOnlyList<DeviceId>> wanted, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var query = new Query(viewer, wanted);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var deadline = Task.Delay(timeout, time, ended.Token);

        // Who shares no room is not followed: their servers would not tell of changes.
        var (followed, others) = (new List<UserId>(), new List<UserId>());
        foreach (var user in wanted.Keys)
            (await sharing.SharesAsync(user, cancellationToken) ? followed : others).Add(user);
        var asked = Ask(query, others, ended.Token, cancellationToken);
        asked.AddRange(await RefreshAsync(viewer, followed, cancellationToken));
        await WaitAsync(query, asked, deadline);

        // A list that is too long is not kept, and what is not kept is asked for.
        var lists = await store.FindAsync(followed, cancellationToken);
        var missing = followed.Except(lists.Select(static list => list.UserId)).Where(user => !query.Failures.ContainsKey(user.Server)).ToList();
        await WaitAsync(query, Ask(query, missing, ended.Token, cancellationToken), deadline);

        var known = lists.Where(static list => list.IsFetched).Select(static list => list.UserId).ToList();
        foreach (var device in await store.ReadDevicesAsync(known, cancellationToken))
            query.Devices.Add(device);
        foreach (var key in await crossSigning.ReadKeysAsync(known, cancellationToken))
            query.Keys.Add(key);
        await ended.CancelAsync();
        return await AnswerAsync(query, [.. known, .. query.Answered], cancellationToken);
    }

    // Whose list is followed and fresh, has nothing asked.
    async ValueTask<List<(ServerName, Task<FederationFailure?>)>> RefreshAsync(UserId viewer, List<UserId> users, CancellationToken cancellationToken)
    {
        var asked = new List<(ServerName, Task<FederationFailure?>)>();
        var lists = (await store.FindAsync(users, cancellationToken)).ToDictionary(static list => list.UserId);
        var never = new List<UserId>();
        foreach (var user in users)
        {
            if (!lists.TryGetValue(user, out var list) || !list.IsFetched)
            {
                never.Add(user);
                continue;
            }

            if (!list.IsStale && await sharing.SharesSinceAsync(user, list.Since, viewer, cancellationToken))
                continue;
            if (!list.IsStale)
                await store.MarkStaleAsync([user], time.GetUtcNow(), cancellationToken);
            asked.Add((user.Server, fetcher.ResyncAsync(user)));
        }

        foreach (var ofServer in never.GroupBy(static user => user.Server))
            asked.AddRange(fetcher.Fetch(ofServer.Key, [.. ofServer]).Select(fetch => (ofServer.Key, fetch.Done)));
        return asked;
    }

    List<(ServerName, Task<FederationFailure?>)> Ask(
        Query query, List<UserId> users, CancellationToken patience, CancellationToken cancellationToken) =>
    [
        .. users.GroupBy(static user => user.Server)
            .SelectMany(
                static ofServer => ofServer.Chunk(KeyRequests.MaxUsers),
                (ofServer, chunk) => (ofServer.Key, AskAsync(query, ofServer.Key, chunk, patience, cancellationToken))),
    ];

    async Task<FederationFailure?> AskAsync(
        Query query, ServerName server, IReadOnlyList<UserId> users, CancellationToken patience, CancellationToken cancellationToken)
    {
        var request = KeyRequests.Query(users.Select(user => KeyValuePair.Create(user, query.Wanted[user])));
        if (!(await client.AskAsync(server, request, patience, cancellationToken)).TryGet(out var document, out var failure))
            return failure;

        using (document)
        {
            var root = document.RootElement;
            foreach (var user in users)
            {
                if (RemoteKeyReader.OfUser(root, "device_keys", user) is not { } devices)
                    continue;

                foreach (var device in reader.ReadDevices(user, devices))
                    query.Devices.Add(device);
                foreach (var key in reader.ReadSigningKeys(
                    user, RemoteKeyReader.OfUser(root, "master_keys", user), RemoteKeyReader.OfUser(root, "self_signing_keys", user)))
                {
                    query.Keys.Add(key);
                }

                query.Answered.Add(user);
            }
        }

        return null;
    }

    static async Task WaitAsync(Query query, List<(ServerName Server, Task<FederationFailure?> Done)> asked, Task deadline)
    {
        if (asked.Count == 0)
            return;

        await Task.WhenAny(Task.WhenAll(asked.Select(static request => request.Done)), deadline);
        foreach (var (server, done) in asked)
        {
            var failure = done.IsCompleted ? await done : new FederationFailure(server, FailureKind.TimedOut, "No answer in time.");
            if (failure is not null)
                query.Failures.TryAdd(server, RemoteKeyClaims.Explain(server, failure));
        }
    }

    async ValueTask<RemoteKeyAnswer<UserKeys>> AnswerAsync(Query query, List<UserId> users, CancellationToken cancellationToken)
    {
        var devices = query.Devices.ToLookup(static device => device.UserId);
        var keys = query.Keys.ToLookup(static key => key.UserId);
        var signatures = (await crossSigning.ReadSignaturesAsync(users, query.Viewer, cancellationToken)).ToLookup(static signature => signature.TargetUser);
        return new RemoteKeyAnswer<UserKeys>(
            [
                .. users.Distinct().Select(user => new UserKeys(
                    user,
                    query.Viewer,
                    [.. devices[user].Where(device => query.Wanted[user] is not { Count: > 0 } chosen || chosen.Contains(device.DeviceId))],
                    keys[user].DistinctBy(static key => key.Usage).ToDictionary(static key => key.Usage),
                    [.. signatures[user]])),
            ],
            [.. query.Failures.Values]);
    }

    /// <summary>What was found so far. Answers of servers may come after nobody waits for them any more.</summary>
    sealed record Query(UserId Viewer, IReadOnlyDictionary<UserId, IReadOnlyList<DeviceId>> Wanted)
    {
        public ConcurrentBag<DeviceKeysRecord> Devices { get; } = [];

        public ConcurrentBag<CrossSigningKeyRecord> Keys { get; } = [];

        public ConcurrentBag<UserId> Answered { get; } = [];

        public Dictionary<ServerName, RemoteKeyFailure> Failures { get; } = [];
    }
}
