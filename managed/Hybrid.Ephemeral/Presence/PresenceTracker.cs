using Hybrid.Primitives;
using Hybrid.Storage.Presence;
using Hybrid.Storage.Streams;

namespace Hybrid.Ephemeral.Presence;

/// <summary>
/// Who is online (specification, "Presence"). In memory, but for status messages. A user is as available as their most
/// available device; a device is gone some time after its last <c>/sync</c> ended, and idle when it was not active for long.
/// </summary>
public sealed class PresenceTracker : IDisposable
{
    /// <summary>How long after its last request a device counts as connected.</summary>
    public static readonly TimeSpan OfflineAfter = TimeSpan.FromSeconds(30);

    /// <summary>How long an online device may be inactive before it counts as idle.</summary>
    public static readonly TimeSpan IdleAfter = TimeSpan.FromMinutes(5);

    /// <summary>How long an activity counts as current.</summary>
    public static readonly TimeSpan ActiveFor = TimeSpan.FromMinutes(1);

    /// <summary>For how long what another server said of a user counts when it says nothing more.</summary>
    public static readonly TimeSpan RemoteSilence = TimeSpan.FromMinutes(30);

    static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(5);

    readonly Lock _lock = new();
    readonly Dictionary<UserId, Entry> _users = [];

    // Ordered by the position of the last change, so that a reader walks back over what is new to it and no further.
    readonly LinkedList<Entry> _byPosition = new();
    readonly IPresenceStore _store;
    readonly StreamHub _hub;
    readonly TimeProvider _time;
    readonly ITimer _sweep;
    readonly IDisposable _subscription;
    long _position;

    public PresenceTracker(IPresenceStore store, StreamHub hub, TimeProvider time)
    {
        _store = store;
        _hub = hub;
        _time = time;
        _position = Now;
        hub.Initialize(StreamKind.Presence, _position);
        _subscription = hub.Subscribe(Follow);
        _sweep = time.CreateTimer(_ => Sweep(), null, SweepEvery, SweepEvery);
    }

    long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The user's presence; someone never seen is offline.</summary>
    public async ValueTask<PresenceState> ReadAsync(UserId userId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_users.TryGetValue(userId, out var entry))
                return entry.State;
        }

        var stored = await _store.FindAsync(userId, cancellationToken);
        return new PresenceState(userId, Availability.Offline, stored?.StatusMessage, stored?.LastActive ?? 0, CurrentlyActive: false);
    }

    /// <summary>The user says how they are, with a status message or null for none.</summary>
    public async ValueTask SetAsync(UserId userId, DeviceId? deviceId, Availability availability, string? statusMessage, CancellationToken cancellationToken)
    {
        await OpenAsync(userId, cancellationToken);
        await _store.SaveAsync(new PresenceRecord(userId, statusMessage, Now), cancellationToken);
        lock (_lock)
        {
            var entry = _users[userId];
            entry.StatusMessage = statusMessage;
            Say(entry.Device(deviceId), availability);
            Refresh(entry);
        }
    }

    /// <summary>
    /// Another server says how a user of its own is. It counts until the server says something else, or has been silent for
    /// <see cref="RemoteSilence"/>; who may say it, the caller has checked.
    /// </summary>
    public async ValueTask SetRemoteAsync(PresenceState said, CancellationToken cancellationToken)
    {
        await OpenAsync(said.UserId, cancellationToken);
        bool isNews;
        lock (_lock)
        {
            var entry = _users[said.UserId];
            isNews = entry.StatusMessage != said.StatusMessage;
            entry.StatusMessage = said.StatusMessage;
            entry.Hear(said, Now);
            Refresh(entry);
        }

        // Comings and goings are not worth a commit each.
        if (isNews)
            await _store.SaveAsync(new PresenceRecord(said.UserId, said.StatusMessage, said.LastActive), cancellationToken);
    }

    /// <summary>Whether anything was said of the user since the start.</summary>
    public bool Knows(UserId userId)
    {
        lock (_lock)
            return _users.ContainsKey(userId);
    }

    /// <summary>The user is gone for good: offline, without a status message, here and after a restart.</summary>
    public async ValueTask ForgetAsync(UserId userId, CancellationToken cancellationToken)
    {
        await _store.DeleteAsync(userId, cancellationToken);
        lock (_lock)
        {
            if (!_users.TryGetValue(userId, out var entry))
                return;

            entry.Forget();
            Refresh(entry);
        }
    }

    /// <summary>A <c>/sync</c> begins that marks its device as <paramref name="availability"/>; it ends when disposed. Offline leaves the presence alone.</summary>
    public async ValueTask<IDisposable?> BeginSyncAsync(UserId userId, DeviceId? deviceId, Availability availability, CancellationToken cancellationToken)
    {
        if (availability == Availability.Offline)
            return null;

        await OpenAsync(userId, cancellationToken);
        lock (_lock)
        {
            var entry = _users[userId];
            var device = entry.Device(deviceId);
            device.Syncs++;
            Say(device, availability);
            Refresh(entry);
            return new RunningSync(this, device);
        }
    }

    /// <summary>Users whose presence changed after <paramref name="after"/>.</summary>
    public IReadOnlyList<PresenceState> ReadChanges(long after)
    {
        lock (_lock)
        {
            var changed = new List<PresenceState>();
            for (var node = _byPosition.Last; node is not null && node.Value.Position > after; node = node.Previous)
                changed.Add(node.Value.State);
            return changed;
        }
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _sweep.Dispose();
    }

    async ValueTask OpenAsync(UserId userId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_users.ContainsKey(userId))
                return;
        }

        var stored = await _store.FindAsync(userId, cancellationToken);
        lock (_lock)
            _users.TryAdd(userId, new Entry(userId, stored));
    }

    void Say(DevicePresence device, Availability availability)
    {
        var now = Now;
        device.Said = availability;
        device.LastSeen = now;
        if (availability == Availability.Online)
            device.LastActive = now;
    }

    void End(DevicePresence device)
    {
        lock (_lock)
        {
            device.Syncs--;
            device.LastSeen = Now;
        }
    }

    // Who sends an event is active, whatever their client says.
    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice.Event is not { IsMark: false } stored)
                continue;

            lock (_lock)
            {
                if (_users.TryGetValue(stored.Sender, out var entry))
                    entry.Touch(Now);
            }
        }
    }

    void Sweep()
    {
        lock (_lock)
        {
            // Changing entries move to the end of the list, so the walk is over a copy.
            foreach (var entry in _users.Values.Where(static entry => entry.State.Availability != Availability.Offline).ToList())
                Refresh(entry);
        }
    }

    // Under the lock, so that positions are published in the order in which they are taken.
    void Refresh(Entry entry)
    {
        var before = entry.State;
        var after = entry.Compute(Now);
        entry.State = after;
        if (before.Availability == after.Availability && before.CurrentlyActive == after.CurrentlyActive && before.StatusMessage == after.StatusMessage)
            return;

        entry.Position = ++_position;
        if (entry.Node.List is not null)
            _byPosition.Remove(entry.Node);
        _byPosition.AddLast(entry.Node);
        _hub.Publish(new[] { new StreamNotice(StreamKind.Presence, _position) { User = entry.State.UserId } });
    }

    sealed class RunningSync(PresenceTracker tracker, DevicePresence device) : IDisposable
    {
        public void Dispose() => tracker.End(device);
    }

    sealed class Entry
    {
        // A session without a device, as an application service has, counts as one device of its own.
        readonly Dictionary<DeviceId, DevicePresence> _devices = [];
        readonly UserId _userId;
        long _lastActive;
        PresenceState? _remote;
        long _heard;

        public Entry(UserId userId, PresenceRecord? stored)
        {
            _userId = userId;
            _lastActive = stored?.LastActive ?? 0;
            StatusMessage = stored?.StatusMessage;
            Node = new LinkedListNode<Entry>(this);
            State = new PresenceState(userId, Availability.Offline, StatusMessage, _lastActive, CurrentlyActive: false);
        }

        public LinkedListNode<Entry> Node { get; }

        public string? StatusMessage { get; set; }

        public long Position { get; set; }

        public PresenceState State { get; set; }

        public DevicePresence Device(DeviceId? deviceId)
        {
            if (!_devices.TryGetValue(deviceId ?? default, out var device))
                _devices.Add(deviceId ?? default, device = new DevicePresence());
            return device;
        }

        public void Forget()
        {
            _devices.Clear();
            _lastActive = 0;
            StatusMessage = null;
        }

        public void Hear(PresenceState said, long now)
        {
            _remote = said;
            _heard = now;
            _lastActive = Math.Max(_lastActive, said.LastActive);
        }

        public void Touch(long now)
        {
            _lastActive = Math.Max(_lastActive, now);
            State = State with { LastActive = _lastActive };
        }

        public PresenceState Compute(long now)
        {
            if (_remote is { } said)
            {
                var isSilent = now - _heard >= RemoteSilence.TotalMilliseconds;
                return new PresenceState(
                    _userId, isSilent ? Availability.Offline : said.Availability, StatusMessage, _lastActive, said.CurrentlyActive && !isSilent);
            }

            var best = Availability.Offline;
            foreach (var (deviceId, device) in _devices)
            {
                _lastActive = Math.Max(_lastActive, device.LastActive);
                if (device.At(now) > best)
                    best = device.At(now);
                if (device.IsGone(now))
                    _devices.Remove(deviceId);
            }

            var active = best == Availability.Online && now - _lastActive < ActiveFor.TotalMilliseconds;
            return new PresenceState(_userId, best, StatusMessage, _lastActive, active);
        }
    }
}
