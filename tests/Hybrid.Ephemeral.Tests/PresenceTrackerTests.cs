using Hybrid.Ephemeral.Presence;
using Hybrid.Primitives;
using Hybrid.Storage.Presence;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Ephemeral.Tests;

public sealed class PresenceTrackerTests : IDisposable
{
    static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    static readonly DeviceId Phone = DeviceId.Parse("PHONE");
    static readonly DeviceId Laptop = DeviceId.Parse("LAPTOP");

    readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000));
    readonly TestDatabase _test = new();
    readonly PresenceTracker _presence;

    public PresenceTrackerTests() => _presence = new PresenceTracker(_test.Get<IPresenceStore>(), _test.Hub, _time);

    public void Dispose()
    {
        _presence.Dispose();
        _test.Dispose();
    }

    [Fact]
    public async Task A_sync_marks_its_user_online_until_some_time_after_the_last()
    {
        var sync = await _presence.BeginSyncAsync(Alice, Phone, Availability.Online, default);
        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(Availability.Online, await AvailabilityAsync());

        sync!.Dispose();
        _time.Advance(TimeSpan.FromSeconds(25));
        Assert.Equal(Availability.Online, await AvailabilityAsync());

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(Availability.Offline, await AvailabilityAsync());
    }

    [Fact]
    public async Task A_sync_that_asks_to_stay_offline_changes_nothing()
    {
        Assert.Null(await _presence.BeginSyncAsync(Alice, Phone, Availability.Offline, default));
        Assert.Equal(Availability.Offline, await AvailabilityAsync());
    }

    [Fact]
    public async Task A_device_that_is_not_active_for_long_is_idle()
    {
        using var sync = await _presence.BeginSyncAsync(Alice, Phone, Availability.Online, default);
        _time.Advance(PresenceTracker.ActiveFor + TimeSpan.FromSeconds(5));
        Assert.False((await _presence.ReadAsync(Alice, default)).CurrentlyActive);

        _time.Advance(PresenceTracker.IdleAfter);
        Assert.Equal(Availability.Unavailable, await AvailabilityAsync());
    }

    [Fact]
    public async Task The_most_available_device_counts()
    {
        using var phone = await _presence.BeginSyncAsync(Alice, Phone, Availability.Unavailable, default);
        var laptop = await _presence.BeginSyncAsync(Alice, Laptop, Availability.Online, default);
        Assert.Equal(Availability.Online, await AvailabilityAsync());

        laptop!.Dispose();
        _time.Advance(PresenceTracker.OfflineAfter + TimeSpan.FromSeconds(5));
        Assert.Equal(Availability.Unavailable, await AvailabilityAsync());
    }

    [Fact]
    public async Task A_change_is_published_and_read_once()
    {
        var before = _test.Hub.Current(StreamKind.Presence);
        await _presence.SetAsync(Alice, Phone, Availability.Online, "here", default);
        await _presence.SetAsync(Alice, Phone, Availability.Online, "here", default);
        var after = _test.Hub.Current(StreamKind.Presence);

        Assert.Equal(before + 1, after);
        Assert.Equal("here", Assert.Single(_presence.ReadChanges(before)).StatusMessage);
        Assert.Empty(_presence.ReadChanges(after));
    }

    [Fact]
    public async Task A_status_message_outlives_a_restart()
    {
        await _presence.SetAsync(Alice, Phone, Availability.Online, "back soon", default);
        _test.Reopen();
        using var restarted = new PresenceTracker(_test.Get<IPresenceStore>(), _test.Hub, _time);

        var state = await restarted.ReadAsync(Alice, default);

        Assert.Equal("back soon", state.StatusMessage);
        Assert.Equal(Availability.Offline, state.Availability);
        Assert.Equal(_time.GetUtcNow().ToUnixTimeMilliseconds(), state.LastActive);
    }

    async Task<Availability> AvailabilityAsync() => (await _presence.ReadAsync(Alice, default)).Availability;
}
