using System.Globalization;
using Hybrid.Native.State;
using Hybrid.Native.Tests.Support;

namespace Hybrid.Native.Tests.State;

public sealed class StateNodeCacheTests : IDisposable
{
    const uint Member = 3;

    readonly NodeStore _store = new();
    readonly StateNodeCache _cache = new(10_000);

    public void Dispose() => _cache.Dispose();

    static StateMapChange Set(ulong key, ulong? number) => new(new StateMapKey(Member, key), number);

    static StateMapChange[] Members(int count) => [.. Enumerable.Range(0, count).Select(key => Set((ulong)key, (ulong)key + 1))];

    async Task<StateNodeHash> ChangeAsync(StateNodeHash root, params StateMapChange[] changes) =>
        _store.Keep(await _cache.UpdateAsync(root, changes, _store, default));

    [Fact]
    public async Task Roots_are_what_they_always_were()
    {
        var roots = Vectors.Read("state-map.json")["roots"]!.AsObject();
        Assert.NotEmpty(roots);
        foreach (var (count, root) in roots)
        {
            var entries = Enumerable.Range(0, int.Parse(count, CultureInfo.InvariantCulture))
                .Select(number => new StateMapChange(new StateMapKey((uint)number % 3, (ulong)number), 7 * (ulong)number));
            var update = await _cache.UpdateAsync(StateNodeHash.Empty, [.. entries], _store, default);
            Assert.Equal((string)root!, update.Root.ToString());
        }
    }

    [Fact]
    public async Task A_map_holds_what_was_put_in_and_older_maps_stay_what_they_were()
    {
        var first = await ChangeAsync(StateNodeHash.Empty, Members(500));
        var second = await ChangeAsync(first, Set(7, null), Set(8, 1_000), Set(900, 5), new(new StateMapKey(9, 0), ulong.MaxValue));

        Assert.Equal(8UL, await _cache.FindAsync(first, new StateMapKey(Member, 7), _store, default));
        Assert.Equal(
            [null, 1_000, 5, ulong.MaxValue, null],
            await _cache.FindAsync(
                second,
                [new(Member, 7), new(Member, 8), new(Member, 900), new(9, 0), new(9, 1)],
                _store,
                default));
        Assert.Equal(500, await _cache.CountAsync(first, _store, default));
        Assert.Equal(501, await _cache.CountAsync(second, _store, default));
        Assert.Equal([new(new StateMapKey(9, 0), ulong.MaxValue)], await _cache.EntriesAsync(second, 9, _store, default));
        Assert.Equal(501, (await _cache.EntriesAsync(second, null, _store, default)).Length);
        Assert.Equal(
            [
                new(new StateMapKey(Member, 7), 8, null), new(new StateMapKey(Member, 8), 9, 1_000),
                new(new StateMapKey(Member, 900), null, 5), new(new StateMapKey(9, 0), null, ulong.MaxValue),
            ],
            (await _cache.CompareAsync(first, second, _store, default)).OrderBy(difference => difference.Key.Type).ThenBy(difference => difference.Key.Key));
    }

    [Fact]
    public async Task Equal_maps_have_equal_roots_whatever_their_history()
    {
        var atOnce = await ChangeAsync(StateNodeHash.Empty, Members(200));
        var root = StateNodeHash.Empty;
        foreach (var change in Members(300).Reverse())
            root = await ChangeAsync(root, change);
        foreach (var change in Members(300).Skip(200))
            root = await ChangeAsync(root, change with { Event = null });

        Assert.Equal(atOnce, root);
        var unchanged = await _cache.UpdateAsync(root, Members(200), _store, default);
        Assert.Equal(root, unchanged.Root);
        Assert.Empty(unchanged.Nodes);
        Assert.Equal(StateNodeHash.Empty, await ChangeAsync(root, [.. Members(200).Select(change => change with { Event = null })]));
    }

    [Fact]
    public async Task A_cold_cache_reads_the_nodes_of_one_path_and_a_warm_one_none()
    {
        var root = await ChangeAsync(StateNodeHash.Empty, Members(20_000));
        using var cold = new StateNodeCache(1_000);
        Assert.Equal(778UL, await cold.FindAsync(root, new StateMapKey(Member, 777), _store, default));
        Assert.InRange(_store.Reads, 2, 12);

        var reads = _store.Reads;
        Assert.Equal(778UL, await cold.FindAsync(root, new StateMapKey(Member, 777), _store, default));
        Assert.Equal(reads, _store.Reads);
    }

    [Fact]
    public async Task What_the_store_lacks_is_named()
    {
        var unknown = new StateNodeHash(new byte[StateNodeHash.Length]);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(
            async () => await _cache.FindAsync(unknown, new StateMapKey(1, 1), _store, default));
        Assert.Contains(unknown.ToString(), failure.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("0001")]
    [InlineData("00800001")]
    [InlineData("0100")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFF")]
    public async Task Stored_bytes_that_are_no_node_are_refused(string hex)
    {
        var root = await ChangeAsync(StateNodeHash.Empty, Members(3));
        _store[root] = Convert.FromHexString(hex);
        using var fresh = new StateNodeCache(10);
        var failure = await Assert.ThrowsAsync<NativeException>(async () => await fresh.EntriesAsync(root, null, _store, default));
        Assert.Equal(NativeStatus.StateNodeMalformed, failure.Status);
    }

    [Fact]
    public async Task A_stored_node_that_is_another_one_is_refused()
    {
        var root = await ChangeAsync(StateNodeHash.Empty, Members(3));
        var other = await ChangeAsync(StateNodeHash.Empty, Members(2));
        _store[root] = _store[other];
        using var fresh = new StateNodeCache(10);
        var failure = await Assert.ThrowsAsync<NativeException>(async () => await fresh.EntriesAsync(root, null, _store, default));
        Assert.Equal(NativeStatus.StateNodeMalformed, failure.Status);
    }

    [Fact]
    public async Task Threads_may_share_a_cache_that_is_far_too_small()
    {
        using var small = new StateNodeCache(50);
        var root = await ChangeAsync(StateNodeHash.Empty, Members(2_000));
        await Parallel.ForAsync(0, 200, async (number, cancellation) =>
        {
            var key = (ulong)number * 7;
            Assert.Equal(key + 1, await small.FindAsync(root, new StateMapKey(Member, key), _store, cancellation));
            var update = await small.UpdateAsync(root, [Set(key, 1_000_000)], _store, cancellation);
            _store.Keep(update);
            var difference = Assert.Single(await small.CompareAsync(root, update.Root, _store, cancellation));
            Assert.Equal(new StateMapDifference(new StateMapKey(Member, key), key + 1, 1_000_000), difference);
        });
    }

    [Fact]
    public async Task A_disposed_cache_is_refused_and_may_be_disposed_again()
    {
        var cache = new StateNodeCache(10);
        cache.Dispose();
        cache.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await cache.FindAsync(StateNodeHash.Empty, new StateMapKey(1, 1), _store, default));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await cache.UpdateAsync(StateNodeHash.Empty, [], _store, default));
    }

    [Fact]
    public async Task A_cache_may_be_disposed_while_it_is_used()
    {
        var root = await ChangeAsync(StateNodeHash.Empty, Members(2_000));
        var cache = new StateNodeCache(100);
        var started = new TaskCompletionSource();
        var users = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (ulong key = 0; ; key++)
            {
                await cache.FindAsync(root, new StateMapKey(Member, key % 2_000), _store, default);
                started.TrySetResult();
            }
        })).ToList();
        await started.Task;
        cache.Dispose();
        foreach (var user in users)
            await Assert.ThrowsAsync<ObjectDisposedException>(() => user);
    }

    [Fact]
    public async Task Arguments_are_checked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new StateNodeCache(-1));
        Assert.Throws<ArgumentException>(() => new StateNodeHash(new byte[19]));
        Assert.Throws<ArgumentException>(() => new StateNodeHash(new byte[21]));
        await Assert.ThrowsAsync<ArgumentNullException>(
            async () => await _cache.FindAsync(StateNodeHash.Empty, (IReadOnlyList<StateMapKey>)null!, _store, default));
        await Assert.ThrowsAsync<ArgumentNullException>(
            async () => await _cache.UpdateAsync(StateNodeHash.Empty, null!, _store, default));
        await Assert.ThrowsAsync<ArgumentNullException>(
            async () => await _cache.FindAsync(StateNodeHash.Empty, new StateMapKey(1, 1), null!, default));
        Assert.Empty(await _cache.FindAsync(StateNodeHash.Empty, [], _store, default));
        Assert.Empty(await _cache.EntriesAsync(StateNodeHash.Empty, uint.MaxValue, _store, default));
    }

    [Fact]
    public void A_hash_keeps_its_bytes()
    {
        var bytes = Enumerable.Range(1, StateNodeHash.Length).Select(number => (byte)number).ToArray();
        var hash = new StateNodeHash(bytes);
        Assert.Equal(bytes, hash.ToArray());
        Assert.Equal("0102030405060708090a0b0c0d0e0f1011121314", hash.ToString());
        Assert.True(hash == new StateNodeHash(bytes));
        bytes[19]++;
        Assert.True(hash != new StateNodeHash(bytes));
    }
}
