using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Policies;

/// <summary>A rule of a policy list that bans.</summary>
/// <param name="List">The room that is the list.</param>
/// <param name="Type">The event type, such as <c>m.policy.rule.user</c>.</param>
/// <param name="StateKey">Names the rule in its list.</param>
/// <param name="Entity">Whom or what it is about; <c>*</c> and <c>?</c> stand for any characters and any one.</param>
/// <param name="Reason">For people to read.</param>
public sealed record PolicyRule(RoomId List, string Type, string StateKey, string Entity, string? Reason);

/// <summary>The bans of one policy list as its state has them (specification, "Moderation policy lists").</summary>
public sealed class PolicyRules
{
    const int MaxRules = 20_000;
    const int MaxRemembered = 10_000;
    const string Users = "m.policy.rule.user";
    const string Servers = "m.policy.rule.server";
    const string Rooms = "m.policy.rule.room";

    // As servers and bots called them before the specification did.
    static readonly Dictionary<string, string> OldTypes = new(StringComparer.Ordinal)
    {
        ["m.room.rule.user"] = Users,
        ["m.room.rule.server"] = Servers,
        ["m.room.rule.room"] = Rooms,
        ["org.matrix.mjolnir.rule.user"] = Users,
        ["org.matrix.mjolnir.rule.server"] = Servers,
        ["org.matrix.mjolnir.rule.room"] = Rooms,
    };

    readonly Dictionary<string, PolicyRule> _exact = new(StringComparer.Ordinal);
    readonly List<(string Kind, PolicyRule Rule)> _patterns = [];
    readonly ConcurrentDictionary<UserId, PolicyRule?> _remembered = new();

    PolicyRules(RoomSnapshot room)
    {
        var count = 0;
        foreach (var stored in room.State.Values)
        {
            var kind = OldTypes.GetValueOrDefault(stored.Type, stored.Type);
            if (kind is not (Users or Servers or Rooms) || Read(stored) is not { } rule || ++count > MaxRules)
                continue;

            if (rule.Entity.AsSpan().ContainsAny('*', '?'))
                _patterns.Add((kind, rule));
            else
                _exact[Key(kind, rule.Entity)] = rule;
        }
    }

    public bool IsEmpty => _exact.Count == 0 && _patterns.Count == 0;

    /// <summary>The bans of a list as it is now.</summary>
    public static PolicyRules Of(RoomSnapshot list) => new(list);

    /// <summary>A rule that bans the user, or the user's server; null when there is none.</summary>
    public PolicyRule? FindUser(UserId userId)
    {
        if (_remembered.TryGetValue(userId, out var known))
            return known;
        if (_remembered.Count >= MaxRemembered)
            _remembered.Clear();
        return _remembered[userId] = Find(Users, userId.Value) ?? Find(Servers, userId.Server.Value);
    }

    /// <summary>A rule that bans the room; null when there is none.</summary>
    public PolicyRule? FindRoom(RoomId roomId) => Find(Rooms, roomId.Value);

    PolicyRule? Find(string kind, string entity)
    {
        if (_exact.GetValueOrDefault(Key(kind, entity)) is { } exact)
            return exact;

        foreach (var (of, rule) in _patterns)
        {
            if (of == kind && FileSystemName.MatchesSimpleExpression(rule.Entity, entity, ignoreCase: false))
                return rule;
        }

        return null;
    }

    static string Key(string kind, string entity) => $"{kind} {entity}";

    // A rule that was taken back has an empty content.
    static PolicyRule? Read(StoredEvent stored)
    {
        using var content = JsonDocument.Parse(stored.Content());
        return Text(content, "recommendation") is "m.ban" or "org.matrix.mjolnir.ban" && Text(content, "entity") is { Length: > 0 } entity
            ? new PolicyRule(stored.RoomId, stored.Type, stored.StateKey!, entity, Text(content, "reason"))
            : null;
    }

    static string? Text(JsonDocument content, string name) =>
        content.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
