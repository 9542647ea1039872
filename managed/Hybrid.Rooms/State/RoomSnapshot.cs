using System.Collections.Immutable;
using Hybrid.Native;
using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.State;

/// <summary>
/// A room as it stands after its last commit. Immutable: readers take it from <see cref="Room.Current"/> and see one moment,
/// without a lock and without holding up the writer.
/// </summary>
public sealed class RoomSnapshot
{
    /// <summary>How many of the latest events are kept in memory at most.</summary>
    public const int RecentCapacity = 50;

    readonly Lazy<PowerLevels> _powerLevels;
    Lazy<IReadOnlySet<ServerName>> _servers;

    RoomSnapshot(RoomRecord room)
    {
        Room = room;
        _powerLevels = new Lazy<PowerLevels>(() => PowerLevels.Of(this));
        _servers = new Lazy<IReadOnlySet<ServerName>>(() => ServersOf(Joined, Partial));
    }

    public RoomRecord Room { get; }

    public RoomId RoomId => Room.RoomId;

    /// <summary>The room version, such as <c>12</c>.</summary>
    public string Version => Room.Version;

    /// <summary>Current state.</summary>
    public ImmutableDictionary<StateKey, StoredEvent> State { get; private init; } = ImmutableDictionary<StateKey, StoredEvent>.Empty;

    /// <summary>The state map of <see cref="State"/>.</summary>
    public StateNodeHash StateRoot { get; private init; } = StateNodeHash.Empty;

    /// <summary>Users whose membership is <c>join</c>.</summary>
    public ImmutableHashSet<UserId> Joined { get; private init; } = [];

    /// <summary>Users whose membership is <c>invite</c>.</summary>
    public ImmutableHashSet<UserId> Invited { get; private init; } = [];

    /// <summary>The changes of current state at the positions of <see cref="Recent"/>, oldest first.</summary>
    public ImmutableList<StateChange> RecentChanges { get; private init; } = [];

    /// <summary>Since when values of <see cref="State"/> are current that are so since another position than their own.</summary>
    ImmutableDictionary<EventId, long> Since { get; init; } = ImmutableDictionary<EventId, long>.Empty;

    /// <summary>The latest events of the log, oldest first; all events after <see cref="RecentAfter"/>.</summary>
    public ImmutableList<StoredEvent> Recent { get; private init; } = [];

    /// <summary><see cref="Recent"/> holds every event of the room whose position is greater than this.</summary>
    public long RecentAfter { get; private init; }

    /// <summary>Position of the room's last event.</summary>
    public long LatestPosition { get; private init; }

    /// <summary>Position of the last event that relates to another: no event after it can have aggregations.</summary>
    public long LatestRelationPosition { get; private init; }

    /// <summary>The ends of the event graph, which the next event names as <c>prev_events</c>.</summary>
    public IReadOnlyList<EventId> ForwardExtremities { get; private init; } = [];

    /// <summary>The greatest depth so far.</summary>
    public long Depth { get; private init; }

    /// <summary>Whether creators stand above all power levels, as from room version 12 on (MSC4289).</summary>
    public bool CreatorsHaveInfinitePower => RoomVersions.Find(Version)?.CreatorsHaveInfinitePower ?? false;

    public PowerLevels PowerLevels => _powerLevels.Value;

    public HistoryVisibility HistoryVisibility => ParseVisibility(Find("m.room.history_visibility"));

    /// <summary>The join rule; <c>invite</c> where none is set.</summary>
    public string JoinRule => Find("m.room.join_rules")?.ContentString("join_rule") ?? "invite";

    /// <summary>The state event at this type and key, if any.</summary>
    public StoredEvent? Find(string type, string stateKey = "") => State.GetValueOrDefault(new StateKey(type, stateKey));

    /// <summary>An event by its ID, if it is one of the latest or of the state.</summary>
    public StoredEvent? FindRecent(EventId eventId) =>
        Recent.FindLast(stored => stored.EventId == eventId) ?? State.Values.FirstOrDefault(stored => stored.EventId == eventId);

    /// <summary>
    /// Takes those of some IDs out that are of current state, so that they need not be read from the store; when the IDs are so few that going through the
    /// state would cost more, none. Where they stand in the timeline the state does not say: an outlier may have got its place there since.
    /// </summary>
    public IReadOnlyList<StoredEvent> TakeState(HashSet<EventId> wanted) =>
        wanted.Count * 4 < State.Count ? [] : [.. State.Values.Where(stored => wanted.Remove(stored.EventId))];

    /// <summary>The position in the log at which a value of <see cref="State"/> became current.</summary>
    public long SinceOf(StoredEvent value) => Since.Count > 0 && Since.TryGetValue(value.EventId, out var since) ? since : value.Position;

    /// <summary>The membership of a user: <c>join</c>, <c>invite</c>, <c>knock</c>, <c>leave</c>, <c>ban</c>; null for one who never had any.</summary>
    public string? MembershipOf(UserId userId) => Find("m.room.member", userId.Value)?.Membership;

    public bool IsJoined(UserId userId) => Joined.Contains(userId);

    /// <summary>Whether a user of this server is joined: then it takes part in the room.</summary>
    public bool HasMemberOf(ServerName server) => Servers.Contains(server);

    /// <summary>Set while only a part of the state is known, which then lacks most members.</summary>
    public PartialState? Partial { get; private init; }

    /// <summary>The servers that take part in the room: those of its joined members, and while not all of these are known those that were told.</summary>
    public IReadOnlySet<ServerName> Servers => _servers.Value;

    /// <summary>How a visibility event reads; unknown values and a missing event count as <see cref="HistoryVisibility.Shared"/>.</summary>
    public static HistoryVisibility ParseVisibility(StoredEvent? visibility) => visibility?.ContentString("history_visibility") switch
    {
        "world_readable" => HistoryVisibility.WorldReadable,
        "invited" => HistoryVisibility.Invited,
        "joined" => HistoryVisibility.Joined,
        _ => HistoryVisibility.Shared,
    };

    /// <summary>A room as its store has it.</summary>
    public static RoomSnapshot Load(RoomState stored)
    {
        var state = ImmutableDictionary.CreateBuilder<StateKey, StoredEvent>();
        foreach (var entry in stored.State)
            state[new StateKey(entry.Type, entry.StateKey!)] = entry;
        var members = stored.State.Where(static entry => entry.Type == "m.room.member").ToList();
        return new RoomSnapshot(stored.Room)
        {
            State = state.ToImmutable(),
            StateRoot = stored.StateRoot ?? StateNodeHash.Empty,
            Joined = WithMembership(members, "join"),
            Invited = WithMembership(members, "invite"),
            Recent = [.. stored.Recent],
            RecentChanges = [.. stored.RecentChanges],
            Since = stored.Since.ToImmutableDictionary(),
            RecentAfter = stored.Recent.Count < RoomState.RecentEvents ? 0 : stored.Recent[0].Position - 1,
            // State can have become known after the last event.
            LatestPosition = Math.Max(stored.Recent.Count > 0 ? stored.Recent[^1].Position : 0, stored.Since.Values.DefaultIfEmpty().Max()),
            // Older relations are not looked for: claiming the newest event may have some costs one query, never an answer.
            LatestRelationPosition = stored.Recent.Count > 0 ? stored.Recent[^1].Position : 0,
            ForwardExtremities = stored.ForwardExtremities,
            Depth = stored.Recent.Count > 0 ? stored.Recent.Max(static entry => entry.Depth) : 0,
            Partial = stored.Partial,
        };
    }

    /// <summary>An empty room, before its create event.</summary>
    public static RoomSnapshot Empty(RoomRecord room) => new(room);

    /// <summary>The room after an append.</summary>
    public RoomSnapshot After(RoomAppend append)
    {
        var state = State.ToBuilder();
        var joined = Joined.ToBuilder();
        var invited = Invited.ToBuilder();
        var recent = Recent.ToBuilder();
        var changes = RecentChanges.ToBuilder();
        var since = Since.ToBuilder();
        var latestRelation = LatestRelationPosition;
        foreach (var entry in append.Events)
        {
            recent.Add(entry);
            if (entry.RelatesTo is not null || entry.Redacts is not null)
                latestRelation = entry.Position;
        }

        foreach (var effect in append.Effects ?? Implied(append.Events))
            Apply(effect);

        foreach (var redaction in append.Redactions)
            Redact(redaction, state, recent);

        var recentAfter = RecentAfter;
        if (recent.Count > RecentCapacity)
        {
            recentAfter = recent[recent.Count - RecentCapacity - 1].Position;
            recent.RemoveRange(0, recent.Count - RecentCapacity);
            changes.RemoveAll(change => change.Position <= recentAfter);
        }

        var stillJoined = joined.ToImmutable();
        var after = new RoomSnapshot(append.NewRoom ?? Room)
        {
            State = state.ToImmutable(),
            StateRoot = append.State.Root,
            Joined = stillJoined,
            Invited = invited.ToImmutable(),
            Recent = recent.ToImmutable(),
            RecentChanges = changes.ToImmutable(),
            Since = since.ToImmutable(),
            RecentAfter = recentAfter,
            LatestPosition = append.Mark?.Position ?? (append.Events.Count > 0 ? append.Events[^1].Position : LatestPosition),
            LatestRelationPosition = latestRelation,
            ForwardExtremities = append.ForwardExtremities,
            Depth = append.Events.Aggregate(Depth, static (depth, entry) => Math.Max(depth, entry.Depth)),
            Partial = append.EndsPartial ? null : append.BeginsPartial ?? Partial,
        };
        if (ReferenceEquals(stillJoined, Joined) && ReferenceEquals(after.Partial, Partial))
            after._servers = _servers;
        return after;

        void Apply(StateEffect effect)
        {
            if (state.TryGetValue(effect.Key, out var replaced))
                since.Remove(replaced.EventId);
            if (effect.Value is { } value)
            {
                state[effect.Key] = value;
                changes.Add(new StateChange(effect.At.Position, value));
                if (!ReferenceEquals(effect.At, value))
                    since[value.EventId] = effect.At.Position;
            }
            else
            {
                state.Remove(effect.Key);
            }

            if (effect.Key.Type != "m.room.member" || !UserId.TryParse(effect.Key.Key, out var member))
                return;

            Place(joined, member, effect.Value?.Membership == "join");
            Place(invited, member, effect.Value?.Membership == "invite");
        }
    }

    static IEnumerable<StateEffect> Implied(IReadOnlyList<StoredEvent> events)
    {
        foreach (var entry in events)
        {
            if (entry.StateKey is { } stateKey)
                yield return new StateEffect(entry, new StateKey(entry.Type, stateKey), entry);
        }
    }

    /// <summary>
    /// The room without events that the store has purged. What was built from them for other events is built again when it is needed.
    /// State has none of them: a purge leaves what is current.
    /// </summary>
    internal RoomSnapshot Without(IReadOnlySet<long> purged)
    {
        var recent = Recent.RemoveAll(stored => purged.Contains(stored.Position));
        foreach (var stored in recent)
            stored.Derived = null;
        foreach (var stored in State.Values)
        {
            if (stored.ReplacesState is not null || stored.RedactedBy is not null)
                stored.Derived = null;
        }

        return new RoomSnapshot(Room)
        {
            State = State,
            StateRoot = StateRoot,
            Joined = Joined,
            Invited = Invited,
            Recent = recent,
            RecentChanges = RecentChanges,
            Since = Since,
            RecentAfter = RecentAfter,
            LatestPosition = LatestPosition,
            LatestRelationPosition = LatestRelationPosition,
            ForwardExtremities = ForwardExtremities,
            Depth = Depth,
            Partial = Partial,
        };
    }

    static HashSet<ServerName> ServersOf(IEnumerable<UserId> joined, PartialState? partial) =>
        [.. joined.Select(static member => member.Server), .. partial?.Servers ?? []];

    static ImmutableHashSet<UserId> WithMembership(List<StoredEvent> members, string membership) =>
    [
        .. members.Where(entry => entry.Membership == membership && UserId.TryParse(entry.StateKey, out _))
            .Select(static entry => UserId.Parse(entry.StateKey!)),
    ];

    static void Place(ImmutableHashSet<UserId>.Builder set, UserId user, bool belongs)
    {
        if (belongs)
            set.Add(user);
        else
            set.Remove(user);
    }

    static void Redact(AppliedRedaction redaction, ImmutableDictionary<StateKey, StoredEvent>.Builder state, ImmutableList<StoredEvent>.Builder recent)
    {
        var index = recent.FindIndex(entry => entry.EventId == redaction.Target);
        if (index >= 0)
            recent[index] = recent[index].Redacted(redaction);

        if (redaction.TargetState is { } key && state.TryGetValue(key, out var value) && value.EventId == redaction.Target)
            state[key] = value.Redacted(redaction);
    }
}
