using Hybrid.Primitives;
using Hybrid.Storage.Threads;
using Hybrid.Sync.Notifier;

namespace Hybrid.Sync.Sliding.Extensions;

/// <summary>Which threads the user follows (MSC4308): the newest changes; a client asks for those before them elsewhere.</summary>
sealed class ThreadSubscriptionExtension(IThreadSubscriptionStore subscriptions, SyncNotifier notifier) : ISlidingExtension
{
    internal const string Name = "io.element.msc4308.thread_subscriptions";

    public async ValueTask WriteAsync(SlidingTurn turn, SlidingBody body, CancellationToken cancellationToken)
    {
        if (turn.Request.Extensions.ThreadSubscriptions is not { } limit || !MayHaveChanged(turn.Sync))
            return;

        var changes = await subscriptions.ReadChangesAsync(turn.Sync.UserId, turn.Sync.After.AccountData, turn.Sync.UpTo.AccountData, limit, cancellationToken);
        if (changes.Count == 0)
            return;

        body.HasNews = true;
        body.Writer.WriteStartObject(Name);
        ThreadSubscriptionJson.Write(body.Writer, changes);
        if (changes.Count == limit)
            body.Writer.WriteString("prev_batch"u8, ThreadSubscriptionJson.Before(changes));
        body.Writer.WriteEndObject();
    }

    bool MayHaveChanged(SyncTurn turn)
    {
        if (turn.After.AccountData >= turn.UpTo.AccountData)
            return false;

        var users = new List<UserId>();
        return !notifier.AccountData.TryRead(turn.After.AccountData, turn.UpTo.AccountData, users) || users.Contains(turn.UserId);
    }
}
