using Hybrid.Primitives;

namespace Hybrid.Accounts.AccountData;

/// <summary>
/// Global account data that every user has before anything is stored, such as <c>m.push_rules</c>. Once the user changes it,
/// whoever owns the type stores the changed content through <see cref="Storage.AccountData.IAccountDataStore"/>.
/// </summary>
public interface IDefaultAccountData
{
    string Type { get; }

    ValueTask<ReadOnlyMemory<byte>> ReadAsync(UserId userId, CancellationToken cancellationToken);
}
