using Hybrid.Primitives;

namespace Hybrid.Push.Rules;

/// <summary>Where users' own push rules come from; the account data stands behind it.</summary>
public interface IPushRuleSource
{
    /// <summary>The <c>global</c> rules of a user who changed any, else null.</summary>
    ValueTask<ReadOnlyMemory<byte>?> FindAsync(UserId userId, CancellationToken cancellationToken);
}
