using Hybrid.Accounts.AccountData;
using Hybrid.Primitives;
using Hybrid.Push.Rules;

namespace Hybrid.Server.Composition;

/// <summary>Shows the default push rules in the account data of users who changed none.</summary>
sealed class DefaultPushRules : IDefaultAccountData
{
    public string Type => "m.push_rules";

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(UserId userId, CancellationToken cancellationToken) =>
        new(PushRuleBook.Open(userId, null).ToAccountData());
}
