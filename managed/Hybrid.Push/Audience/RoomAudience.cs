using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Push.Rules;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Push.Audience;

/// <summary>
/// The local members of one room with their push rules, kept between events. Used by the reader of the log alone; told of rule
/// changes by it.
/// </summary>
sealed class RoomAudience : IDisposable
{
    readonly PushAudience _native;
    readonly PushRuleCache _rules;
    readonly Dictionary<UserId, uint> _numbers = [];
    readonly Dictionary<uint, UserId> _members = [];
    readonly HashSet<UserId> _outdated = [];

    public RoomAudience(RoomId roomId, PushRuleCache rules)
    {
        _native = new PushAudience(roomId.Value);
        _rules = rules;
    }

    /// <summary>When it was last used; see <see cref="RoomAudiences"/>.</summary>
    public long LastUsed { get; set; }

    /// <summary>Adds a member, or reads their rules and name again.</summary>
    public async ValueTask SetAsync(UserId userId, RoomSnapshot room, CancellationToken cancellationToken)
    {
        var rules = await _rules.OfAsync(userId, cancellationToken);
        var name = rules.ReadsDisplayName ? room.Find("m.room.member", userId.Value)?.ContentString("displayname") : null;
        var number = _native.Set(new PushMember(userId.Value, name, rules));
        _numbers[userId] = number;
        _members[number] = userId;
    }

    public void Remove(UserId userId)
    {
        if (!_numbers.Remove(userId, out var number))
            return;

        _native.Remove(userId.Value);
        _members.Remove(number);
        _outdated.Remove(userId);
    }

    /// <summary>The user's rules changed: they are read again before the next event.</summary>
    public void Outdate(UserId userId)
    {
        if (_numbers.ContainsKey(userId))
            _outdated.Add(userId);
    }

    /// <summary>What the members' rules make of an event: the verdict for everyone, and the members with another one.</summary>
    /// <exception cref="NativeException">The event cannot be read.</exception>
    public async ValueTask<(PushVerdict Everyone, IReadOnlyDictionary<UserId, PushVerdict> Exceptions)> EvaluateAsync(
        StoredEvent stored, RoomSnapshot room, CancellationToken cancellationToken)
    {
        foreach (var userId in _outdated)
            await SetAsync(userId, room, cancellationToken);
        _outdated.Clear();

        var context = new PushRoomContext(room.Joined.Count, room.PowerLevels.Of(stored.Sender), room.Find("m.room.power_levels")?.Content() ?? default);
        var outcome = _native.Evaluate(stored.Json.Span, context);
        var exceptions = new Dictionary<UserId, PushVerdict>(outcome.Exceptions.Count);
        foreach (var exception in outcome.Exceptions)
            exceptions[_members[exception.Member]] = exception.Verdict;
        return (outcome.Everyone, exceptions);
    }

    public void Dispose() => _native.Dispose();
}
