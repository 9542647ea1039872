using Hybrid.Primitives;

namespace Hybrid.Storage.AccountData;

/// <summary>One entry of a user's account data. <paramref name="RoomId"/> is null for global data; <paramref name="Content"/> is a JSON object.</summary>
public sealed record AccountDataRecord(UserId UserId, RoomId? RoomId, string Type, ReadOnlyMemory<byte> Content, long Position);

/// <summary>
/// What users keep on the server for themselves (specification, "Client Config"). Every change takes a position in
/// <see cref="StreamKind.AccountData"/> and is published with the user, and the room where there is one.
/// </summary>
public interface IAccountDataStore
{
    ValueTask<ReadOnlyMemory<byte>?> FindAsync(UserId userId, RoomId? roomId, string type, CancellationToken cancellationToken);

    ValueTask PutAsync(UserId userId, RoomId? roomId, string type, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces an entry by what <paramref name="change"/> makes of it, null standing for an absent one, with no other write in
    /// between. A change that returns null writes nothing.
    /// </summary>
    ValueTask UpdateAsync(
        UserId userId, RoomId? roomId, string type, Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change, CancellationToken cancellationToken);

    /// <summary>Deletes all that the user keeps, and publishes one change of global data, so that what readers remember is looked up again.</summary>
    ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>The user's entries, global and of rooms, that changed in (<paramref name="after"/>, <paramref name="upTo"/>], oldest change first.</summary>
    ValueTask<IReadOnlyList<AccountDataRecord>> ReadChangesAsync(UserId userId, long after, long upTo, CancellationToken cancellationToken);
}
