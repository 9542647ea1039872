using System.Globalization;
using System.Text;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Tests.Shared;

/// <summary>
/// Builds the events of one room and appends them, without checking whether the rules allow them. Without
/// <paramref name="place"/> they get numbers, but no place in the state.
/// </summary>
public sealed class TestRoom(IRoomStore store, string name = "room", string version = "12", Func<RoomAppend, Task<RoomAppend>>? place = null)
{
    public static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    public static readonly UserId Bob = UserId.Parse("@bob:hybrid.test");
    public static readonly UserId Carol = UserId.Parse("@carol:hybrid.test");

    readonly Dictionary<StateKey, StoredEvent> _state = [];
    static long _lastNumber;
    int _count;
    bool _created;

    public RoomId RoomId { get; } = RoomId.Parse($"!{name}:hybrid.test");

    public RoomRecord Record => new(RoomId, version, Alice, IsPublic: false);

    /// <summary>Creates the room with Alice joined to it.</summary>
    public async Task<TestRoom> CreateAsync(string? visibility = null)
    {
        List<StoredEvent> events =
        [
            Build("m.room.create", """{"room_version":"12"}""", Alice, ""),
            Build("m.room.member", """{"membership":"join","displayname":"Alice"}""", Alice, Alice.Value),
        ];
        if (visibility is not null)
            events.Add(Build("m.room.history_visibility", $$"""{"history_visibility":"{{visibility}}"}""", Alice, ""));
        await AppendAsync([.. events]);
        return this;
    }

    public async Task<StoredEvent> SayAsync(UserId sender, string body = "hello", DeviceId? device = null, string? transaction = null) =>
        await AppendAsync(Build("m.room.message", $$"""{"body":"{{body}}","msgtype":"m.text"}""", sender, null, device, transaction));

    public async Task<StoredEvent> SetAsync(string type, string content, UserId? sender = null, string stateKey = "") =>
        await AppendAsync(Build(type, content, sender ?? Alice, stateKey));

    public async Task<StoredEvent> MemberAsync(UserId user, string membership, UserId? sender = null) =>
        await AppendAsync(Build("m.room.member", $$"""{"membership":"{{membership}}"}""", sender ?? user, user.Value));

    public async Task<StoredEvent> RelateAsync(UserId sender, StoredEvent parent, string relation, string type = "m.room.message", string more = "") =>
        await AppendAsync(Build(
            type, $$$"""{"body":"related","m.relates_to":{"event_id":"{{{parent.EventId}}}","rel_type":"{{{relation}}}"}{{{more}}}}""", sender, null));

    /// <summary>An edit of <paramref name="parent"/> as clients send it.</summary>
    public Task<StoredEvent> EditAsync(UserId sender, StoredEvent parent, string type = "m.room.message") =>
        RelateAsync(sender, parent, "m.replace", type, ""","m.new_content":{"body":"edited","msgtype":"m.text"}""");

    /// <summary>Redacts <paramref name="target"/>, whose content becomes empty.</summary>
    public async Task<StoredEvent> RedactAsync(UserId sender, StoredEvent target)
    {
        var redaction = Build("m.room.redaction", $$"""{"redacts":"{{target.EventId}}","reason":"test"}""", sender, null, redacts: target.EventId);
        var redacted = Build(target.Type, "{}", target.Sender, target.StateKey).Json;
        await AppendAsync(new RoomAppend(RoomId, [redaction], [redaction.EventId])
        {
            Redactions = [new AppliedRedaction(target.EventId, redacted, redaction.EventId)],
        });
        return redaction;
    }

    public async Task<StoredEvent> AppendAsync(params StoredEvent[] events)
    {
        await AppendAsync(new RoomAppend(RoomId, events, [events[^1].EventId]) { NewRoom = _created ? null : Record });
        return events[^1];
    }

    public async Task AppendAsync(RoomAppend append)
    {
        if (place is not null)
            append = await place(append);
        else if (append.NewRoom is { } created)
            append = append with { NewRoom = created with { Number = append.Events[0].Number } };
        await store.AppendAsync(append, CancellationToken.None);
        _created = true;
        foreach (var entry in append.Events.Where(static entry => entry.IsState))
            _state[new StateKey(entry.Type, entry.StateKey!)] = entry;
    }

    public StoredEvent Build(
        string type, string content, UserId sender, string? stateKey, DeviceId? device = null, string? transaction = null, EventId? redacts = null)
    {
        _count++;
        var eventId = EventId.Parse($"${RoomId.Value.AsSpan(1, RoomId.Value.IndexOf(':', StringComparison.Ordinal) - 1)}-{_count.ToString(CultureInfo.InvariantCulture)}");
        var timestamp = 1_700_000_000_000 + _count * 1000L;
        var key = stateKey is null ? "" : $"\"state_key\":\"{stateKey}\",";
        var json = $$$"""{"auth_events":[],"content":{{{content}}},"depth":{{{_count}}},"hashes":{"sha256":"x"},"origin_server_ts":{{{timestamp}}},"prev_events":[],"room_id":"{{{RoomId}}}","sender":"{{{sender}}}","signatures":{},{{{key}}}"type":"{{{type}}}"}""";
        using var parsed = JsonDocument.Parse(content);
        var relation = parsed.RootElement.TryGetProperty("m.relates_to", out var found) ? found : default;
        return new StoredEvent
        {
            Number = Interlocked.Increment(ref _lastNumber),
            EventId = eventId,
            RoomId = RoomId,
            Type = type,
            StateKey = stateKey,
            Sender = sender,
            OriginServerTs = timestamp,
            Depth = _count,
            Json = Encoding.UTF8.GetBytes(json),
            ReplacesState = stateKey is null ? null : _state.GetValueOrDefault(new StateKey(type, stateKey))?.EventId,
            Redacts = redacts,
            RelatesTo = relation.ValueKind == JsonValueKind.Object ? EventId.Parse(relation.GetProperty("event_id").GetString()!) : null,
            RelationType = relation.ValueKind == JsonValueKind.Object ? relation.GetProperty("rel_type").GetString() : null,
            Membership = type == "m.room.member" ? parsed.RootElement.GetProperty("membership").GetString() : null,
            Transaction = transaction is null ? null : new SendingTransaction(sender, device!.Value, transaction),
        };
    }
}
