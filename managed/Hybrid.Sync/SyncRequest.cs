using Hybrid.Accounts.Filters;
using Hybrid.Primitives;

namespace Hybrid.Sync;

/// <summary>What a client asks of <c>GET /_matrix/client/v3/sync</c>.</summary>
/// <param name="UserId">Who syncs.</param>
/// <param name="DeviceId">The device, which to-device messages and keys belong to; null for a session without one.</param>
/// <param name="Since">Where to go on from; null for an initial sync.</param>
public sealed record SyncRequest(UserId UserId, DeviceId? DeviceId, StreamPositions? Since)
{
    public SyncFilter Filter { get; init; } = SyncFilter.Everything;

    /// <summary>All state of every joined room, whatever changed.</summary>
    public bool FullState { get; init; }

    /// <summary>State as of the end of timelines, in <c>state_after</c>, in place of <c>state</c> (MSC4222).</summary>
    public bool UseStateAfter { get; init; }

    /// <summary>What the client calls <c>state_after</c>; released ones know it by its name before it was stable.</summary>
    public string StateAfterName { get; init; } = "state_after";

    /// <summary>How long to wait for something new.</summary>
    public TimeSpan Timeout { get; init; }
}
