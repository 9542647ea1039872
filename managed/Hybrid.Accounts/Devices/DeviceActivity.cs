using System.Collections.Concurrent;
using System.Net;
using Hybrid.Accounts.Sessions;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Accounts.Devices;

/// <summary>
/// Notes when and from where devices were last seen. A request costs a comparison; what changed goes to the store in one
/// write every now and then (<see cref="FlushAsync"/>), and a crash loses no more than that.
/// </summary>
public sealed class DeviceActivity(IDeviceStore store, TimeProvider time)
{
    /// <summary>How exact the time of the last sighting is.</summary>
    public static TimeSpan Resolution { get; } = TimeSpan.FromMinutes(2);

    const int MaxUserAgent = 255;

    readonly ConcurrentDictionary<(UserId, DeviceId), DeviceSighting> _pending = new();

    /// <summary>The session's device has made a request.</summary>
    public void Note(ActiveSession session, IPAddress? address, string? userAgent)
    {
        var now = time.GetTimestamp();
        var noted = session.LastNoted;
        if (noted != 0 && time.GetElapsedTime(noted, now) < Resolution && Equals(session.LastAddress, address))
            return;

        session.LastNoted = now;
        session.LastAddress = address;
        _pending[(session.UserId, session.DeviceId)] =
            new DeviceSighting(session.UserId, session.DeviceId, Text(address), userAgent is { Length: > MaxUserAgent } ? userAgent[..MaxUserAgent] : userAgent, time.GetUtcNow());
    }

    /// <summary>The device with what is not in the store yet.</summary>
    internal DeviceRecord Refine(DeviceRecord device) =>
        _pending.TryGetValue((device.UserId, device.DeviceId), out var sighting)
            ? device with { LastSeenAt = sighting.SeenAt, LastSeenIp = sighting.Ip, LastSeenUserAgent = sighting.UserAgent }
            : device;

    /// <summary>Writes what was noted since the last time.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var sightings = _pending.ToArray();
        if (sightings.Length == 0)
            return;

        await store.NoteSeenAsync([.. sightings.Select(static pending => pending.Value)], cancellationToken);

        // Only what was written: a sighting that came meanwhile stays for the next time.
        foreach (var sighting in sightings)
            _pending.TryRemove(sighting);
    }

    static string? Text(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4().ToString() : address?.ToString();
}
