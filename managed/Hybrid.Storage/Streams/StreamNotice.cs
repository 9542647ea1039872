using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Streams;

/// <summary>
/// One thing that became readable in a stream. <see cref="User"/> or <see cref="Room"/> says whom it concerns; room events carry
/// themselves, so that readers that keep up never read them back from the store.
/// </summary>
public readonly record struct StreamNotice(StreamKind Stream, long Position)
{
    public UserId? User { get; init; }

    public RoomId? Room { get; init; }

    /// <summary>The event, for <see cref="StreamKind.Events"/>.</summary>
    public StoredEvent? Event { get; init; }
}
