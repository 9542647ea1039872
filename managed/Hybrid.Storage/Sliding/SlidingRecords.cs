using Hybrid.Primitives;

namespace Hybrid.Storage.Sliding;

/// <summary>How much of something a connection was sent.</summary>
/// <param name="Value">-1 for nothing, -2 for all up to the token, otherwise the last position of the stream that was sent.</param>
public readonly record struct SentMark(long Value)
{
    /// <summary>Nothing was sent.</summary>
    public static SentMark Never { get; } = new(-1);

    /// <summary>All was sent up to the positions of the token that the client holds.</summary>
    public static SentMark Live { get; } = new(-2);

    /// <summary>Changes after <paramref name="position"/> were left out.</summary>
    public static SentMark UpTo(long position) => new(position);

    public bool IsNever => Value == -1;

    public bool IsLive => Value == -2;
}

/// <summary>What a connection was sent of one room.</summary>
/// <param name="RoomId">The room.</param>
public sealed record SlidingRoom(RoomId RoomId)
{
    /// <summary>Events and state.</summary>
    public SentMark Events { get; init; } = SentMark.Never;

    public SentMark Receipts { get; init; } = SentMark.Never;

    public SentMark AccountData { get; init; } = SentMark.Never;

    /// <summary>How many of the latest events the client has been sent without a gap, at least as far as they were asked for.</summary>
    public int TimelineLimit { get; init; }

    /// <summary>Which of the connection's <see cref="SlidingConnectionRecord.StateTerms"/> the room's state was last sent by.</summary>
    public int StateTerms { get; init; }

    /// <summary>Whether the client was told that it is a direct chat.</summary>
    public bool IsDirect { get; init; }

    /// <summary>Members that were sent because they were needed, not because they were asked for.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];
}

/// <summary>
/// A connection of simplified sliding sync (MSC4186) as it is stored: what its client is known to have at
/// <see cref="Acknowledged"/>, and at <see cref="Pending"/> if the last answer arrived.
/// </summary>
/// <param name="Number">Names the connection; never given out twice.</param>
/// <param name="Acknowledged">The state that the client last came back with.</param>
/// <param name="Pending">The state of the last answer; the same as <paramref name="Acknowledged"/> when there is none since.</param>
/// <param name="StateTerms">Required state as it was asked for, in the server's own notation; rooms refer to it by index.</param>
public sealed record SlidingConnectionRecord(long Number, long Acknowledged, long Pending, IReadOnlyList<string> StateTerms)
{
    /// <summary>Rooms at <see cref="Acknowledged"/>.</summary>
    public IReadOnlyList<SlidingRoom> Rooms { get; init; } = [];

    /// <summary>Rooms that differ at <see cref="Pending"/>.</summary>
    public IReadOnlyList<SlidingRoom> Changes { get; init; } = [];
}

/// <summary>The next state of a connection.</summary>
/// <param name="Connection">The connection's number.</param>
/// <param name="Acknowledged">The state it follows on. Anything after it is dropped: that answer did not arrive.</param>
/// <param name="Pending">The new state, greater than any before.</param>
/// <param name="StateTerms">All required state that rooms refer to.</param>
/// <param name="Changes">Rooms that differ from <paramref name="Acknowledged"/>.</param>
public sealed record SlidingStep(long Connection, long Acknowledged, long Pending, IReadOnlyList<string> StateTerms, IReadOnlyList<SlidingRoom> Changes);
