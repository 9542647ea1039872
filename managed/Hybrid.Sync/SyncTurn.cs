using System.Collections.Frozen;
using System.Collections.Immutable;
using Hybrid.Accounts.AccountData;
using Hybrid.Accounts.Filters;
using Hybrid.Primitives;
using Hybrid.Rooms.Policies;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync;

/// <summary>One look at everything that changed for a user in the half-open range (<see cref="After"/>, <see cref="UpTo"/>] of each stream.</summary>
sealed class SyncTurn(SyncRequest request, StreamPositions? after, StreamPositions upTo)
{
    public SyncRequest Request => request;

    public UserId UserId => request.UserId;

    public SyncFilter Filter => request.Filter;

    /// <summary>No token: everything there is, as it stands at <see cref="UpTo"/>.</summary>
    public bool IsInitial { get; } = after is null;

    public StreamPositions After { get; } = after ?? default;

    public StreamPositions UpTo { get; } = upTo;

    public EventViewer Viewer => field ??= new(request.UserId, request.DeviceId) { Ignored = Ignored };

    public required ImmutableDictionary<RoomId, MembershipRecord> Memberships { get; init; }

    public required IgnoredSet Ignored { get; init; }

    /// <summary>From whom the user takes invitations.</summary>
    public required InviteRules Invites { get; init; }

    /// <summary>The user's account data that changed, global and of rooms.</summary>
    public required IReadOnlyList<AccountDataRecord> AccountData { get; init; }

    /// <summary>Rooms with events in the range that the user has a membership in. All of them when the range is too long to tell.</summary>
    public required IReadOnlyCollection<RoomId> ChangedRooms { get; init; }

    /// <summary>Whether there may be member events in the range.</summary>
    public required bool MembersMoved { get; init; }

    /// <summary>Whether the user sees a room that they are invited to or have knocked on.</summary>
    public bool ShowsPending(MembershipRecord membership) =>
        (membership.Membership != "invite" || Invites.For(membership.Sender) == InviteAction.Allow) && !Ignored.Contains(membership.Sender) && !Ignored.Contains(membership.RoomId);

    /// <summary>Where the next turn goes on with to-device messages, when not all fit.</summary>
    public long? ToDeviceUpTo { get; set; }

    /// <summary>Users who share a room with this one since the range began.</summary>
    public IReadOnlySet<UserId> NewlySharing { get; set; } = FrozenSet<UserId>.Empty;

    /// <summary>The token to go on from.</summary>
    public StreamPositions Next => ToDeviceUpTo is { } position ? UpTo with { ToDevice = position } : UpTo;
}
