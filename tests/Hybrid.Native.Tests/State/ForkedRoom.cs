using System.Text.Json.Nodes;
using Hybrid.Native.State;

namespace Hybrid.Native.Tests.State;

/// <summary>A room whose state events are sealed one by one, on any of its forks.</summary>
sealed class ForkedRoom : IDisposable
{
    public const string Alice = "@alice:a";

    readonly SigningKey _key = SigningKey.FromSeed(new byte[32], "1");
    readonly Dictionary<uint, (StateKey Key, string EventId)> _events = [];
    readonly RoomVersionTraits _traits;
    readonly string _roomId = "!room:a";
    long _clock;

    public ForkedRoom(string version)
    {
        _traits = RoomVersions.All.Single(traits => traits.Id == version);
        var create = Seal("m.room.create", "", Alice, new JsonObject { ["room_version"] = version, ["creator"] = Alice }, []);
        if (_traits.RoomIdIsCreateHash)
            _roomId = "!" + create.EventId[1..];
        Graph = new StateGraph(version, _roomId);
        Start = Add(create, new StateKey("m.room.create", ""), []);
        Start = Send(Start, "m.room.member", Alice, Alice, new JsonObject { ["membership"] = "join" });
        Start = Send(Start, "m.room.power_levels", "", Alice, PowerLevels());
        Start = Send(Start, "m.room.join_rules", "", Alice, new JsonObject { ["join_rule"] = "public" });
    }

    public StateGraph Graph { get; }

    /// <summary>The state of the new room.</summary>
    public uint[] Start { get; }

    public void Dispose()
    {
        Graph.Dispose();
        _key.Dispose();
    }

    /// <summary>Power levels by Alice.</summary>
    public JsonObject PowerLevels(params (string User, int Level)[] users)
    {
        var levels = new JsonObject();
        if (!_traits.CreatorsHaveInfinitePower)
            levels[Alice] = 100;
        foreach (var (user, level) in users)
            levels[user] = level;
        return new JsonObject { ["users"] = levels };
    }

    /// <summary>Adds an event to a fork with this state, and gives the state after it.</summary>
    public uint[] Send(uint[] state, string type, string stateKey, string sender, JsonObject content)
    {
        var sealedEvent = Seal(type, stateKey, sender, content, state);
        return Add(sealedEvent, new StateKey(type, stateKey), state);
    }

    /// <summary>The event of a state.</summary>
    public string? Find(IEnumerable<uint> state, string type, string stateKey) =>
        state.Select(number => _events[number]).SingleOrDefault(entry => entry.Key == new StateKey(type, stateKey)).EventId;

    public uint[] Resolve(params uint[][] states)
    {
        var resolution = Graph.Resolve([.. states.Select(state => (ReadOnlyMemory<uint>)state)]);
        return [.. resolution.Unconflicted, .. resolution.Resolved];
    }

    public StateKey KeyOf(uint number) => _events[number].Key;

    uint[] Add(SealedEvent sealedEvent, StateKey key, uint[] state)
    {
        var number = Graph.Append([new StateGraphEvent(sealedEvent.EventId, sealedEvent.Json, EventStanding.Accepted)])[0];
        _events[number] = (key, sealedEvent.EventId);
        return [.. state.Where(other => _events[other].Key != key), number];
    }

    SealedEvent Seal(string type, string stateKey, string sender, JsonObject content, uint[] state)
    {
        var chosen = _traits.Id is "1" or "2";
        JsonNode Reference(string id) => chosen ? new JsonArray(id, new JsonObject()) : id;
        var template = new JsonObject
        {
            ["type"] = type,
            ["state_key"] = stateKey,
            ["sender"] = sender,
            ["content"] = content,
            ["room_id"] = _roomId,
            ["origin_server_ts"] = _clock++,
            ["depth"] = _clock,
            ["prev_events"] = new JsonArray(),
            ["auth_events"] = new JsonArray(),
        };
        if (chosen)
            template["event_id"] = $"${_clock}:a";
        if (type == "m.room.create" && _traits.RoomIdIsCreateHash)
            template.Remove("room_id");
        if (state.Length > 0)
            template["prev_events"] = new JsonArray(Reference(_events[state[^1]].EventId));
        var types = EventAuthorization.AuthTypes(_traits.Id, System.Text.Encoding.UTF8.GetBytes(template.ToJsonString()));
        var authEvents = types.Select(key => Find(state, key.Type, key.Key)).OfType<string>().Select(Reference);
        template["auth_events"] = new JsonArray([.. authEvents]);
        return EventCodec.Seal(_traits.Id, System.Text.Encoding.UTF8.GetBytes(template.ToJsonString()), "a", _key);
    }
}
