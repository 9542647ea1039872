using Hybrid.Primitives;

namespace Hybrid.Sync.Sliding;

/// <summary>What is wanted of a room.</summary>
/// <param name="TimelineLimit">The most timeline events.</param>
/// <param name="State">Which state.</param>
sealed record RoomTerms(int TimelineLimit, RequiredState State)
{
    /// <summary>Everything that either wants.</summary>
    public RoomTerms With(RoomTerms other) =>
        ReferenceEquals(this, other) ? this : new RoomTerms(Math.Max(TimelineLimit, other.TimelineLimit), State.With(other.State));
}

/// <summary>Which rooms belong to a list (MSC4186, <c>SlidingRoomFilter</c>). What is null does not matter.</summary>
sealed record RoomListFilter
{
    public bool? IsDirect { get; init; }

    public IReadOnlyList<string>? Spaces { get; init; }

    public bool? IsEncrypted { get; init; }

    public bool? IsInvited { get; init; }

    /// <summary>A null among them stands for rooms without a type.</summary>
    public IReadOnlyList<string?>? RoomTypes { get; init; }

    public IReadOnlyList<string?>? NotRoomTypes { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public IReadOnlyList<string>? NotTags { get; init; }

    /// <summary>Whether it depends on the state of rooms.</summary>
    public bool NeedsState => IsEncrypted is not null || RoomTypes is not null || NotRoomTypes is not null;
}

/// <summary>A list: the rooms that pass the filter, by activity, of which the ranges are shown.</summary>
/// <param name="Terms">What is wanted of the rooms shown.</param>
/// <param name="Ranges">First and last index of each window, both included; null for all rooms.</param>
/// <param name="Filter">Null for all rooms.</param>
sealed record SlidingList(RoomTerms Terms, IReadOnlyList<(long First, long Last)>? Ranges, RoomListFilter? Filter);

/// <summary>For which of the rooms shown an extension is wanted; <c>*</c> stands for all lists, or all rooms.</summary>
sealed record ExtensionRooms(IReadOnlyList<string> Lists, IReadOnlyList<string> Rooms);

/// <summary>To-device messages (MSC3885).</summary>
/// <param name="Since">Up to where the client has them.</param>
/// <param name="Limit">The most to send at once.</param>
sealed record ToDeviceTerms(long Since, int Limit);

/// <summary>What is wanted beside rooms; null or false for what is not.</summary>
sealed record SlidingExtensions
{
    public ToDeviceTerms? ToDevice { get; init; }

    /// <summary>Device lists and key counts (MSC3884).</summary>
    public bool Encryption { get; init; }

    /// <summary>Account data (MSC3959).</summary>
    public ExtensionRooms? AccountData { get; init; }

    /// <summary>Receipts (MSC3960).</summary>
    public ExtensionRooms? Receipts { get; init; }

    /// <summary>Typing (MSC3961).</summary>
    public ExtensionRooms? Typing { get; init; }

    /// <summary>The most changes to followed threads (MSC4308) at once.</summary>
    public int? ThreadSubscriptions { get; init; }
}

/// <summary>What a client asks of simplified sliding sync (MSC4186).</summary>
public sealed record SlidingRequest
{
    internal SlidingRequest(UserId userId, DeviceId? deviceId) => (UserId, DeviceId) = (userId, deviceId);

    public UserId UserId { get; }

    public DeviceId? DeviceId { get; }

    /// <summary>The client's <c>conn_id</c>; empty without one.</summary>
    public string ConnectionName { get; internal init; } = "";

    /// <summary>Where to go on from; null for a new connection.</summary>
    public SlidingPosition? Position { get; internal init; }

    /// <summary>How long to wait for something new.</summary>
    public TimeSpan Timeout { get; internal init; }

    /// <summary>The client's <c>set_presence</c> in the body; null without one.</summary>
    public string? Presence { get; internal init; }

    /// <summary>Whether the answer has the field names of the proposal as it stands, and not those that came before.</summary>
    public bool IsStable { get; internal init; }

    internal IReadOnlyDictionary<string, SlidingList> Lists { get; init; } = new Dictionary<string, SlidingList>();

    internal IReadOnlyDictionary<RoomId, RoomTerms> Subscriptions { get; init; } = new Dictionary<RoomId, RoomTerms>();

    internal SlidingExtensions Extensions { get; init; } = new();

    /// <summary>Equal for requests that want the same, whatever was new since.</summary>
    internal string Fingerprint { get; init; } = "";
}
