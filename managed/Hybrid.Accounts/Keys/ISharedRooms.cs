using Hybrid.Primitives;

namespace Hybrid.Accounts.Keys;

/// <summary>Who began and who ceased to share a room with a user over a stretch of the event stream.</summary>
public sealed record SharingChanges(IReadOnlySet<UserId> Began, IReadOnlySet<UserId> Ceased);

/// <summary>Who shares rooms with whom, which decides whose device lists a user follows. Implemented beside the membership index.</summary>
public interface ISharedRooms
{
    /// <summary>The users who are joined to a room that <paramref name="userId"/> is joined to, themselves left out.</summary>
    ValueTask<IReadOnlySet<UserId>> UsersSharingRoomsAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>
    /// Whose sharing with <paramref name="userId"/> changed after <paramref name="after"/> and up to <paramref name="upTo"/>, both in
    /// <see cref="StreamKind.Events"/>: began to share a first room, or shares none any more.
    /// </summary>
    ValueTask<SharingChanges> ReadChangesAsync(UserId userId, long after, long upTo, CancellationToken cancellationToken);
}
