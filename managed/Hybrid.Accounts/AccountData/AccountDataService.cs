using Hybrid.Primitives;
using Hybrid.Storage.AccountData;

namespace Hybrid.Accounts.AccountData;

/// <summary>What clients may read and write of their account data (specification, "Client Config").</summary>
public sealed class AccountDataService(IAccountDataStore store, IEnumerable<IDefaultAccountData> defaults)
{
    readonly IDefaultAccountData[] _defaults = [.. defaults];

    /// <summary>What every user has; see <see cref="IDefaultAccountData"/>.</summary>
    public IReadOnlyList<IDefaultAccountData> Defaults => _defaults;

    /// <summary>An entry's content, or <c>M_NOT_FOUND</c>.</summary>
    public async ValueTask<Result<ReadOnlyMemory<byte>>> ReadAsync(UserId userId, RoomId? roomId, string type, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(userId, roomId, type, cancellationToken) is { } content)
            return content;
        if (roomId is null && Array.Find(_defaults, entry => entry.Type == type) is { } given)
            return await given.ReadAsync(userId, cancellationToken);

        return MatrixError.NotFound(roomId is null ? "Account data not found." : "Room account data not found.");
    }

    /// <summary>Stores an entry, but for types that the server controls: those are 405 and <c>M_BAD_JSON</c>, as the specification has it.</summary>
    public async ValueTask<Result<Done>> WriteAsync(UserId userId, RoomId? roomId, string type, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (type is "m.fully_read" or "m.push_rules")
            return MatrixError.Of(405, "M_BAD_JSON", $"Cannot set {type} through this API.");

        await store.PutAsync(userId, roomId, type, content, cancellationToken);
        return default(Done);
    }
}
