using Hybrid.Accounts.AccountData;
using Hybrid.Primitives;
using Hybrid.Rooms.Policies;

namespace Hybrid.Sync;

/// <summary>Whom and what each user does not want to see, by their ignore list and by the policy lists that they follow.</summary>
public sealed class HiddenUsers(IgnoredUsers ignored, PolicySubscriptions subscriptions, PolicyLists lists)
{
    public async ValueTask<IgnoredSet> OfAsync(UserId userId, CancellationToken cancellationToken)
    {
        var named = await ignored.OfAsync(userId, cancellationToken);
        var followed = await subscriptions.OfAsync(userId, cancellationToken);
        var policies = followed.Count == 0 ? [] : await lists.ReadAsync(followed, userId, cancellationToken);
        return named.Count == 0 && policies.Count == 0 ? IgnoredSet.None : new IgnoredSet(userId, named, policies);
    }
}
