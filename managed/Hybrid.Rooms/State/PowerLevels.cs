using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.State;

/// <summary>
/// Who may do what in a room, as its <c>m.room.power_levels</c> says (specification, "m.room.power_levels"). For answers and
/// early refusals only: whether an event is allowed is decided by the native authorisation rules.
/// </summary>
public sealed class PowerLevels
{
    readonly FrozenDictionary<string, long> _users;
    readonly FrozenDictionary<string, long> _events;
    readonly FrozenDictionary<string, long> _notifications;
    readonly HashSet<UserId> _creators;
    readonly long _usersDefault;
    readonly long _eventsDefault;
    readonly long _stateDefault;

    PowerLevels(JsonElement content, HashSet<UserId> creators, bool isSet, UserId? fallbackCreator)
    {
        _creators = creators;
        _users = isSet || fallbackCreator is null
            ? Levels(content, "users")
            : new Dictionary<string, long> { [fallbackCreator.Value.Value] = 100 }.ToFrozenDictionary();
        _events = Levels(content, "events");
        _notifications = Levels(content, "notifications");
        _usersDefault = Level(content, "users_default", 0);
        _eventsDefault = Level(content, "events_default", 0);
        _stateDefault = Level(content, "state_default", isSet ? 50 : 0);
        Ban = Level(content, "ban", 50);
        Kick = Level(content, "kick", 50);
        Redact = Level(content, "redact", 50);
        Invite = Level(content, "invite", 0);
    }

    public long Ban { get; }

    public long Kick { get; }

    public long Redact { get; }

    public long Invite { get; }

    /// <summary>The level of a user. Creators of rooms from version 12 on stand above every number: <see cref="long.MaxValue"/>.</summary>
    public long Of(UserId userId) => _creators.Contains(userId) ? long.MaxValue : _users.GetValueOrDefault(userId.Value, _usersDefault);

    /// <summary>The level that sending an event of this type takes.</summary>
    public long ToSend(string type, bool isState) => _events.GetValueOrDefault(type, isState ? _stateDefault : _eventsDefault);

    /// <summary>The level that a notification such as <c>room</c> takes.</summary>
    public long ToNotify(string key) => _notifications.GetValueOrDefault(key, 50);

    internal static PowerLevels Of(RoomSnapshot room)
    {
        var set = room.Find("m.room.power_levels");
        return Of(set, room.Find("m.room.create"), room.CreatorsHaveInfinitePower);
    }

    /// <summary>As an <c>m.room.power_levels</c> and the <c>m.room.create</c> of the room say; null for one that there is not.</summary>
    internal static PowerLevels Of(StoredEvent? set, StoredEvent? create, bool creatorsHaveInfinitePower)
    {
        using var content = JsonDocument.Parse(set?.Content() ?? "{}"u8.ToArray());
        return new PowerLevels(content.RootElement, Creators(create, creatorsHaveInfinitePower), set is not null, create?.Sender);
    }

    static HashSet<UserId> Creators(StoredEvent? create, bool haveInfinitePower)
    {
        var creators = new HashSet<UserId>();
        if (create is null || !haveInfinitePower)
            return creators;

        creators.Add(create.Sender);
        using var content = JsonDocument.Parse(create.Content());
        if (content.RootElement.TryGetProperty("additional_creators", out var additional) && additional.ValueKind == JsonValueKind.Array)
        {
            foreach (var entry in additional.EnumerateArray())
            {
                if (entry.ValueKind == JsonValueKind.String && UserId.TryParse(entry.GetString(), out var creator))
                    creators.Add(creator);
            }
        }

        return creators;
    }

    static FrozenDictionary<string, long> Levels(JsonElement content, string name)
    {
        var levels = new Dictionary<string, long>(StringComparer.Ordinal);
        if (content.TryGetProperty(name, out var set) && set.ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in set.EnumerateObject())
            {
                if (Read(entry.Value) is { } level)
                    levels[entry.Name] = level;
            }
        }

        return levels.ToFrozenDictionary(StringComparer.Ordinal);
    }

    static long Level(JsonElement content, string name, long otherwise) =>
        content.TryGetProperty(name, out var value) ? Read(value) ?? otherwise : otherwise;

    // Room versions up to 9 allow levels written as strings.
    static long? Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var level) => level,
        JsonValueKind.String when long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var level) => level,
        _ => null,
    };
}
