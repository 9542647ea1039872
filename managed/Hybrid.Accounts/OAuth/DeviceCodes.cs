using System.Security.Cryptography;
using Hybrid.Accounts.Sessions;
using Hybrid.Primitives;

namespace Hybrid.Accounts.OAuth;

/// <summary>A device that waits for its user to allow it elsewhere (RFC 8628).</summary>
public sealed record WaitingDevice(string DeviceCode, string UserCode, string ClientId, OAuthScope Scope);

/// <summary>What a device that asks is told.</summary>
public enum DevicePoll
{
    Pending,

    /// <summary>It asks too often.</summary>
    SlowDown,
    Denied,
    Expired,
    Allowed,
}

/// <summary>Devices that wait: in memory, for half an hour, and no more than so many.</summary>
public sealed class DeviceCodes(TimeProvider time)
{
    /// <summary>How long a device waits.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>How long it waits between two questions.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    const int MaxDevices = 10_000;

    // RFC 8628, 6.1: letters that are hard to mistake and make no words.
    const string Letters = "BCDFGHJKLMNPQRSTVWXZ";

    readonly Dictionary<string, Entry> _byDevice = new(StringComparer.Ordinal);
    readonly Dictionary<string, Entry> _byUser = new(StringComparer.Ordinal);
    readonly Queue<Entry> _byAge = new();
    readonly Lock _lock = new();

    public WaitingDevice Begin(string clientId, OAuthScope scope)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            while (_byAge.TryPeek(out var oldest) && (oldest.ExpiresAt <= now || _byAge.Count >= MaxDevices))
                Remove(_byAge.Dequeue());

            string user;
            do
                user = RandomNumberGenerator.GetString(Letters, 8);
            while (_byUser.ContainsKey(user));
            var entry = new Entry(new WaitingDevice(SecretText.Token(""), user, clientId, scope), now + Lifetime);
            _byDevice.Add(entry.Device.DeviceCode, entry);
            _byUser.Add(user, entry);
            _byAge.Enqueue(entry);
            return entry.Device;
        }
    }

    /// <summary>The device of a code as people type it; null when none waits under it any more.</summary>
    public WaitingDevice? Find(string userCode)
    {
        lock (_lock)
            return FindEntry(userCode)?.Device;
    }

    /// <summary>Notes what the user has decided; false when no device waits under the code any more.</summary>
    public bool Decide(string userCode, UserId? allowedBy)
    {
        lock (_lock)
        {
            if (FindEntry(userCode) is not { } entry)
                return false;

            (entry.AllowedBy, entry.IsDenied) = (allowedBy, allowedBy is null);
            _byUser.Remove(entry.Device.UserCode);
            return true;
        }
    }

    /// <summary>Answers a device that asks; what was allowed comes once.</summary>
    public (DevicePoll Poll, AllowedClient? Allowed) Ask(string deviceCode, string? clientId)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (!_byDevice.TryGetValue(deviceCode, out var entry) || entry.ExpiresAt <= now || entry.Device.ClientId != clientId)
                return (DevicePoll.Expired, null);
            if (entry.IsDenied)
                return (DevicePoll.Denied, null);
            if (entry.AllowedBy is { } userId)
            {
                Remove(entry);
                return (DevicePoll.Allowed, new AllowedClient(entry.Device.ClientId, userId, entry.Device.Scope));
            }

            var tooOften = now - entry.AskedAt < Interval;
            entry.AskedAt = now;
            return (tooOften ? DevicePoll.SlowDown : DevicePoll.Pending, null);
        }
    }

    Entry? FindEntry(string userCode)
    {
        var code = new string([.. userCode.ToUpperInvariant().Where(char.IsAsciiLetter)]);
        return _byUser.TryGetValue(code, out var entry) && entry.ExpiresAt > time.GetUtcNow() ? entry : null;
    }

    void Remove(Entry entry)
    {
        _byDevice.Remove(entry.Device.DeviceCode);
        _byUser.Remove(entry.Device.UserCode);
    }

    sealed class Entry(WaitingDevice device, DateTimeOffset expiresAt)
    {
        public WaitingDevice Device => device;

        public DateTimeOffset ExpiresAt => expiresAt;

        public UserId? AllowedBy { get; set; }

        public bool IsDenied { get; set; }

        public DateTimeOffset AskedAt { get; set; }
    }
}
