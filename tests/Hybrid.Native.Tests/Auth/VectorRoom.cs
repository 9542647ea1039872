using System.Text;
using System.Text.Json.Nodes;

namespace Hybrid.Native.Tests.Auth;

/// <summary>A room out of the short events of <c>tests/vectors/auth.json</c>.</summary>
sealed class VectorRoom
{
    readonly RoomVersionTraits _traits;
    readonly List<JsonObject> _state = [];
    readonly string _roomId = "!room:a";
    readonly string _createId = "$none:a";

    public VectorRoom(RoomVersionTraits traits, JsonArray common, JsonArray? changes)
    {
        _traits = traits;
        foreach (var change in common.Concat(changes ?? []).Select(item => item!.AsObject()))
        {
            _state.RemoveAll(old => Key(old) == Key(change));
            if (!change.ContainsKey("event"))
                _state.Add(change);
        }

        if (_state.Find(IsCreate) is { } create)
            _createId = EventCodec.EventId(traits.Id, Bytes(Complete(create, [])));
        if (traits.RoomIdIsCreateHash)
            _roomId = "!" + _createId[1..];
        _state = [.. _state.Select(item => Complete(item, IsCreate(item) ? [] : ["$before"]))];
    }

    bool ChoosesEventIds => _traits.Id is "1" or "2";

    /// <summary>The event with what every event has.</summary>
    public JsonObject Complete(JsonObject item, IEnumerable<string> prevEvents)
    {
        var full = item.DeepClone().AsObject();
        var ids = prevEvents.Select(id => id == "create" ? _createId : id);
        var references = ids.Select(id => ChoosesEventIds ? new JsonArray(id, new JsonObject()) : (JsonNode)id);
        full["prev_events"] = new JsonArray([.. references]);
        full["auth_events"] = new JsonArray();
        full["origin_server_ts"] = 1;
        full["depth"] = 1;
        if (!(IsCreate(item) && _traits.RoomIdIsCreateHash) && !full.ContainsKey("room_id"))
            full["room_id"] = _roomId;
        if (ChoosesEventIds)
            full["event_id"] = $"${full["type"]}{((string?)full["state_key"])?.Replace(':', '_')}:a";
        return full;
    }

    public AuthVerdict Check(JsonObject complete)
    {
        var json = Bytes(complete);
        var types = EventAuthorization.AuthTypes(_traits.Id, json).ToHashSet();
        if (_traits.RoomIdIsCreateHash && !IsCreate(complete))
            types.Add(new StateKey("m.room.create", ""));
        var selected = _state.Where(item => types.Contains(Key(item))).Select(item => (ReadOnlyMemory<byte>)Bytes(item));
        return EventAuthorization.Check(_traits.Id, json, [.. selected]);
    }

    static bool IsCreate(JsonObject item) => (string?)item["type"] == "m.room.create";

    static StateKey Key(JsonObject item) => new((string)item["type"]!, (string)item["state_key"]!);

    static byte[] Bytes(JsonObject item) => Encoding.UTF8.GetBytes(item.ToJsonString());
}
