namespace Hybrid.Sync.Streams;

/// <summary>Every stream of a sync.</summary>
sealed record SyncStreams(
    JoinedRoomStream Joined, InvitedRoomStream Invited, KnockedRoomStream Knocked, LeftRoomStream Left, AccountDataStream AccountData,
    ToDeviceStream ToDevice, DeviceListStream DeviceLists, PresenceStream Presence, KeyCountStream KeyCounts);
