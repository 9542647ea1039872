using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sliding;
using Hybrid.Sync.Streams;
using Hybrid.Sync.Timelines;

namespace Hybrid.Sync.Sliding;

/// <summary>Reads what is new of one room, and notes what the client will have of it.</summary>
sealed class SlidingRoomReader(
    RoomRegistry rooms, RoomMemberships memberships, TimelineReader timelines, RoomStateReader states, RequiredStateReader required, IRoomStore store)
{
    // What counts as activity that a list of rooms is ordered by (MSC4186, "bump_stamp").
    static readonly string[] Bumping =
        ["m.room.create", "m.room.message", "m.room.encrypted", "m.sticker", "m.call.invite", "m.poll.start", "m.beacon_info"];

    /// <summary>What is new of a room; null when there is no such room any more, or nothing new.</summary>
    public async ValueTask<SlidingRoomResult?> ReadAsync(SlidingTurn turn, RoomId roomId, RoomTerms terms, CancellationToken cancellationToken)
    {
        if (!turn.Sync.Memberships.TryGetValue(roomId, out var current)
            || await memberships.AtEndAsync(current, turn.Sync, cancellationToken) is not { } membership
            || await rooms.FindAsync(roomId, cancellationToken) is not { } room)
        {
            return null;
        }

        var sent = turn.Connection.Find(roomId);
        var direct = turn.Windows.Direct.Contains(roomId);
        var visit = new Visit(turn, room.Current, membership, terms, sent, Bound(turn, sent))
        {
            IsDirect = (sent is null ? direct : sent.IsDirect != direct) ? direct : null,
        };
        var (result, next) = membership.Membership switch
        {
            "join" => await ReadJoinedAsync(visit, cancellationToken),
            "invite" or "knock" => ReadPending(visit),
            _ => await ReadLeftAsync(visit, cancellationToken),
        };
        turn.Connection.Change(next with
        {
            Events = SentMark.Live,
            StateTerms = turn.Connection.Connection.IndexOf(terms.State),
            IsDirect = direct,
        });
        return result.IsNews ? result : null;
    }

    // Up to where the client has the room; null when it has nothing of it.
    static long? Bound(SlidingTurn turn, SlidingRoom? sent) => sent switch
    {
        null or { Events.IsNever: true } => null,
        { Events.IsLive: true } => turn.Sync.After.Events,
        _ => sent.Events.Value,
    };

    async ValueTask<(SlidingRoomResult Result, SlidingRoom Next)> ReadJoinedAsync(Visit visit, CancellationToken cancellationToken)
    {
        var upTo = visit.Turn.Sync.UpTo.Events;
        var stayed = visit.Bound is { } bound && await memberships.StayedAsync(visit.Membership, bound, upTo, cancellationToken);
        var range = new RoomRange(visit.Room, upTo)
        {
            After = stayed ? visit.Bound : null,
            JoinedSince = stayed ? Math.Min(visit.Membership.Position, visit.Bound ?? 0) : visit.Membership.Position,
        };
        var (result, next) = await ReadTimelineAndStateAsync(visit, range, cancellationToken);
        var stamp = await FindBumpAsync(range, result, cancellationToken);
        return (result with { BumpStamp = stamp ?? (result.IsInitial ? visit.Membership.Position : null) }, next);
    }

    static (SlidingRoomResult Result, SlidingRoom Next) ReadPending(Visit visit)
    {
        var result = new SlidingRoomResult(visit.Membership) { IsDirect = visit.IsDirect };
        if (visit.Bound is null || visit.Membership.Position > visit.Bound)
        {
            result = result with
            {
                IsInitial = true,
                Stripped = [.. StrippedState.Of(visit.Room, visit.Membership)],
                BumpStamp = visit.Membership.Position,
            };
        }

        return (result, (visit.Sent ?? new SlidingRoom(visit.Room.RoomId)) with { TimelineLimit = visit.Terms.TimelineLimit });
    }

    // Shown up to the leave and no further. Who was never in, as after a refused invitation, is shown their own leaving alone.
    async ValueTask<(SlidingRoomResult Result, SlidingRoom Next)> ReadLeftAsync(Visit visit, CancellationToken cancellationToken)
    {
        var leave = visit.Membership;
        var before = await memberships.BeforeAsync(leave, visit.Bound, cancellationToken);
        var wasIn = before.WasJoined;
        var range = new RoomRange(visit.Room, leave.Position) { After = visit.Bound is { } bound && (bound >= leave.Position || before.WasJoinedAtBound) ? bound : null };
        if (wasIn)
        {
            var (view, next) = await ReadTimelineAndStateAsync(visit, range, cancellationToken);
            return (view with { BumpStamp = view.IsNews ? leave.Position : null }, next);
        }

        var kept = (visit.Sent ?? new SlidingRoom(visit.Room.RoomId)) with { TimelineLimit = visit.Terms.TimelineLimit };
        if (visit.Bound >= leave.Position || await store.FindKnownAsync([leave.EventId], cancellationToken) is not [var own])
            return (new SlidingRoomResult(leave) { IsDirect = visit.IsDirect }, kept);

        return (new SlidingRoomResult(leave)
        {
            IsInitial = true,
            IsDirect = visit.IsDirect,
            State = visit.Terms.State.Takes(own.Type, own.StateKey!) || visit.Terms.State.LoadsMembersLazily ? [own] : [],
            Timeline = new RoomTimeline([own], Limited: false, leave.Position - 1),
            Live = 1,
            BumpStamp = leave.Position,
        }, kept);
    }

    async ValueTask<(SlidingRoomResult Result, SlidingRoom Next)> ReadTimelineAndStateAsync(Visit visit, RoomRange range, CancellationToken cancellationToken)
    {
        var turn = visit.Turn;
        var isInitial = range.After is null;
        var isExpanded = !isInitial && visit.Sent!.TimelineLimit < visit.Terms.TimelineLimit;
        var timeline = visit.Terms.TimelineLimit == 0
            ? null
            : await timelines.ReadAsync(isExpanded ? range with { After = null } : range, visit.Terms.TimelineLimit, turn.Sync, cancellationToken);
        var state = await required.ReadAsync(visit, range, timeline, cancellationToken);
        var result = new SlidingRoomResult(visit.Membership)
        {
            IsInitial = isInitial,
            IsExpanded = isExpanded,
            IsDirect = visit.IsDirect,
            State = state.Events,
            Timeline = timeline,
            Live = turn.Sync.IsInitial ? 0 : timeline?.Events.Count(stored => stored.Position > turn.Sync.After.Events) ?? 0,
        };
        result = await DescribeAsync(visit, range, result, state.Changes, cancellationToken);
        var next = (visit.Sent ?? new SlidingRoom(visit.Room.RoomId)) with
        {
            TimelineLimit = isInitial || isExpanded || timeline is { Limited: true } ? visit.Terms.TimelineLimit : visit.Sent!.TimelineLimit,
            Members = state.Members,
        };
        return (result, next);
    }

    // Name, avatar, heroes and counts, as far as what they are made of changed.
    async ValueTask<SlidingRoomResult> DescribeAsync(
        Visit visit, RoomRange range, SlidingRoomResult result, IReadOnlyCollection<StoredEvent> changes, CancellationToken cancellationToken)
    {
        var membersMoved = result.IsInitial || changes.Any(static change => change.Type == "m.room.member");
        var named = result.IsInitial || changes.Any(static change => change is { Type: "m.room.name", StateKey: "" });
        var name = named || membersMoved ? await TextAsync("m.room.name", "name") : null;
        if (named)
            result = result with { Name = new ChangedText(name) };
        if (result.IsInitial || changes.Any(static change => change is { Type: "m.room.avatar", StateKey: "" }))
            result = result with { Avatar = new ChangedText(await TextAsync("m.room.avatar", "url")) };
        if (visit.Membership.Membership != "join")
            return result;

        if (membersMoved)
            result = result with { Joined = visit.Room.Joined.Count, Invited = visit.Room.Invited.Count };
        if (name is null && (membersMoved || named))
        {
            var heroes = RoomSummary.FindHeroes(visit.Room, visit.Turn.Sync.UserId);
            result = result with { Heroes = [.. heroes.Select(hero => (hero, visit.Room.Find("m.room.member", hero.Value)))] };
        }

        return result;

        async ValueTask<string?> TextAsync(string type, string field) =>
            (await states.FindAsync(range, type, "", cancellationToken))?.ContentString(field) is { Length: > 0 } text ? text : null;
    }

    async ValueTask<long?> FindBumpAsync(RoomRange range, SlidingRoomResult result, CancellationToken cancellationToken)
    {
        if (result.Timeline?.Events.LastOrDefault(static stored => Bumping.Contains(stored.Type)) is { } shown)
            return shown.Position;

        // Without a gap, what was sent before stands.
        if (!result.IsInitial && result.Timeline is { Limited: false })
            return null;

        var recent = range.Room.Recent;
        for (var i = recent.Count - 1; i >= 0; i--)
        {
            if (recent[i].Position <= range.UpTo && recent[i].Position > 0 && Bumping.Contains(recent[i].Type))
                return recent[i].Position;
        }

        if (range.Room.RecentAfter <= 0)
            return null;
        var query = new TimelineQuery(range.RoomId, Math.Min(range.UpTo, range.Room.RecentAfter) + 1, 0, Backwards: true, 1) { Types = Bumping };
        var found = (await store.ReadTimelineAsync(query, cancellationToken)).Events;
        return found.Count > 0 ? found[0].Position : null;
    }
}

/// <summary>A room that a turn looks at.</summary>
/// <param name="Turn">The turn.</param>
/// <param name="Room">The room, perhaps further than the turn.</param>
/// <param name="Membership">The user's at the end of the turn.</param>
/// <param name="Terms">What is wanted of it.</param>
/// <param name="Sent">What the client has of it.</param>
/// <param name="Bound">Up to where; null for nothing.</param>
sealed record Visit(SlidingTurn Turn, RoomSnapshot Room, MembershipRecord Membership, RoomTerms Terms, SlidingRoom? Sent, long? Bound)
{
    /// <summary>Whether it is a direct chat, if that is new to the client.</summary>
    public bool? IsDirect { get; init; }
}
