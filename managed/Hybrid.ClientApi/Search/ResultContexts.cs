using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Timeline;
using Hybrid.Search.Messages;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Search;

/// <summary>What was said around a result, oldest first, with pagination tokens for its ends and the senders' profiles as they were then.</summary>
sealed record ResultContext(IReadOnlyList<StoredEvent> Before, IReadOnlyList<StoredEvent> After, string Start, string End)
{
    public IReadOnlyList<SenderProfile> Profiles { get; init; } = [];
}

/// <summary>A sender as the room knew them.</summary>
sealed record SenderProfile(UserId UserId, string? DisplayName, string? AvatarUrl);

/// <summary>Reads what was said around results.</summary>
sealed class ResultContexts(MessagePages pages, LazyMembers members)
{
    public async ValueTask<ResultContext> OfAsync(
        MessageSearchHit hit, (int Before, int After) size, bool withProfiles, EventViewer viewer, CancellationToken cancellationToken)
    {
        var at = hit.Event.Position;
        var before = await PageAsync(hit, backwards: true, size.Before, at - 1, viewer, cancellationToken);
        var after = await PageAsync(hit, backwards: false, size.After, at, viewer, cancellationToken);
        var first = before.End ?? (before.Events.Count > 0 ? before.Events[^1].Position : at) - 1;
        var last = after.End ?? (after.Events.Count > 0 ? after.Events[^1].Position : at);
        return new ResultContext(before.Events, after.Events, TimelineToken.After(first), TimelineToken.After(last))
        {
            Profiles = withProfiles
                ? Profiles(await members.OfSendersAsync(hit.View, [.. before.Events, hit.Event, .. after.Events], cancellationToken))
                : [],
        };
    }

    static List<SenderProfile> Profiles(IReadOnlyList<StoredEvent> senders) =>
    [
        .. senders.Select(static member => new SenderProfile(
            UserId.Parse(member.StateKey!), member.ContentString("displayname"), member.ContentString("avatar_url"))),
    ];

    async ValueTask<MessagePage> PageAsync(
        MessageSearchHit hit, bool backwards, int limit, long from, EventViewer viewer, CancellationToken cancellationToken) =>
        limit > 0
            ? await pages.ReadAsync(hit.View, new TimelineQuery(hit.Event.RoomId, 0, null, backwards, limit), from, null, viewer, cancellationToken)
            : new MessagePage([], null);
}
