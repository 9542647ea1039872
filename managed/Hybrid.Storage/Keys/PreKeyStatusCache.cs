using System.Collections.Concurrent;
using System.Collections.Immutable;
using Hybrid.Primitives;
using Hybrid.Storage.Streams;

namespace Hybrid.Storage.Keys;

/// <summary>
/// Remembers key counts, which every <c>/sync</c> asks for and few requests change. Whatever writes keys evicts the user after
/// its commit; a change of the user's devices does so through the device-list stream, since keys go with their device.
/// </summary>
public sealed class PreKeyStatusCache : IDisposable
{
    // Some 50 MB at worst; beyond it the cache starts anew rather than keep track of who was last here.
    const int MaxUsers = 100_000;

    readonly ConcurrentDictionary<UserId, ImmutableDictionary<DeviceId, PreKeyStatus>> _users = new();
    readonly Stripe[] _stripes = [.. Enumerable.Range(0, 64).Select(static _ => new Stripe())];
    readonly IDisposable _subscription;

    public PreKeyStatusCache(StreamHub hub) => _subscription = hub.Subscribe(Follow);

    /// <summary>What is known of the device, or what <paramref name="read"/> finds in the store.</summary>
    public ValueTask<PreKeyStatus> GetAsync(UserId userId, DeviceId deviceId, Func<UserId, DeviceId, ValueTask<PreKeyStatus>> read) =>
        _users.TryGetValue(userId, out var devices) && devices.TryGetValue(deviceId, out var known) ? new(known) : ReadAsync(userId, deviceId, read);

    /// <summary>Forgets what is known of the user's devices.</summary>
    public void Evict(UserId userId)
    {
        var stripe = StripeOf(userId);
        lock (stripe)
        {
            stripe.Generation++;
            _users.TryRemove(userId, out _);
        }
    }

    public void Dispose() => _subscription.Dispose();

    async ValueTask<PreKeyStatus> ReadAsync(UserId userId, DeviceId deviceId, Func<UserId, DeviceId, ValueTask<PreKeyStatus>> read)
    {
        // An eviction while the store is read means that what was read may be old: it is answered, but not kept.
        var stripe = StripeOf(userId);
        var generation = Volatile.Read(ref stripe.Generation);
        var status = await read(userId, deviceId);
        lock (stripe)
        {
            if (stripe.Generation == generation)
            {
                if (_users.Count >= MaxUsers)
                    _users.Clear();
                var others = _users.GetValueOrDefault(userId, ImmutableDictionary<DeviceId, PreKeyStatus>.Empty);
                _users[userId] = others.SetItem(deviceId, status);
            }
        }

        return status;
    }

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice is { Stream: StreamKind.DeviceLists, User: { } userId })
                Evict(userId);
        }
    }

    Stripe StripeOf(UserId userId) => _stripes[(uint)userId.GetHashCode() % (uint)_stripes.Length];

    sealed class Stripe
    {
        public long Generation;
    }
}
