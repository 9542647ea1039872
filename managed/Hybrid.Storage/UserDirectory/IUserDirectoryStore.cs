using Hybrid.Primitives;

namespace Hybrid.Storage.UserDirectory;

/// <summary>A user as the directory shows them.</summary>
public sealed record DirectoryUser(UserId UserId, string? DisplayName, string? AvatarUrl);

/// <summary>What a stretch of the log changed in the directory.</summary>
/// <param name="Users">Users with their profiles as they are now.</param>
/// <param name="Gone">Users who no longer exist.</param>
/// <param name="Rooms">Rooms, and whether everyone may meet their members: those with public join rules or world-readable history.</param>
/// <param name="Position">How far the log is taken in with this.</param>
public sealed record UserDirectoryChange(
    IReadOnlyList<DirectoryUser> Users, IReadOnlyList<UserId> Gone, IReadOnlyDictionary<RoomId, bool> Rooms, long Position);

/// <summary>The user directory's index of names, written by its reader of the log.</summary>
public interface IUserDirectoryStore
{
    /// <summary>How far the log is taken in.</summary>
    ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken);

    ValueTask ApplyAsync(UserDirectoryChange change, CancellationToken cancellationToken);

    /// <summary>
    /// Users who are found by the term, among those who share a room with <paramref name="searcher"/> or are in a room that is open to
    /// everyone; best first (<see cref="UserDirectoryTerm.Text"/>), and those who show a name or a picture before those who show none.
    /// </summary>
    ValueTask<IReadOnlyList<DirectoryUser>> SearchAsync(UserId searcher, UserDirectoryTerm term, int limit, CancellationToken cancellationToken);
}
