using System.Text.Json.Nodes;
using Hybrid.Federation.Requests;
using Hybrid.Native;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.State;
using Hybrid.Simulation.Tests.Servers;

namespace Hybrid.Simulation.Tests.Faults;

/// <summary>
/// A server in the rooms that sends what is no event, or none of its own, or one that the rules do not allow, and sometimes answers what it is asked
/// with such things. What it says where it lies contains <see cref="Mark"/>: nobody may ever be shown that.
/// </summary>
sealed class Liar
{
    public const string Mark = "THIS IS A LIE";

    const long GreatestInteger = 9_007_199_254_740_991;

    readonly Simulation _simulation;
    readonly Random _random;
    int _count;
    bool _isOver;

    public Liar(Simulation simulation, SimulatedServer server)
    {
        _simulation = simulation;
        _random = simulation.Setting.Randomness.Stream("lies");
        Server = server;
        server.Twist = Twist;
    }

    public SimulatedServer Server { get; }

    /// <summary>Plans what it sends within a time.</summary>
    public void Plan(TimeSpan duration)
    {
        for (var number = _random.Next(10, 40); number > 0; number--)
            _simulation.Setting.Time.After(duration * _random.NextDouble(), Send);
    }

    /// <summary>It answers truly from now on.</summary>
    public void End() => _isOver = true;

    void Send()
    {
        var roomId = _random.Pick(_simulation.Rooms);
        var victim = _random.Pick(_simulation.Servers);
        var kind = _random.Next(10);
        if (Simulation.Look(Server, roomId) is not { } room || !room.IsJoined(Server.Users[0]))
            return;

        var message = new EventProposal("m.room.message", Server.Users[0], Bytes(new JsonObject { ["msgtype"] = "m.text", ["body"] = Mark }));
        if (!Server.Get<EventTemplates>().Seal(room, message).TryGet(out var honest, out _))
            return;

        var body = new JsonObject { ["origin"] = Server.Name.Value, ["origin_server_ts"] = 1, ["pdus"] = new JsonArray(Lies(kind, room, victim, Parse(honest.Json))) };
        _simulation.Setting.Trace.Add($"{Server.Name} lies to {victim.Name}, kind {kind}");
        var request = FederationRequest.Put(FederationPath.Of("federation/v1/send", $"lie{++_count}"), Bytes(body));
        Server.Thread.Begin(async () => await _simulation.Setting.Network.SendAsync(Server.Name, victim.Name, request));
    }

    JsonNode?[] Lies(int kind, RoomSnapshot room, SimulatedServer victim, JsonObject honest)
    {
        switch (kind)
        {
            case 0: // Another content than what was hashed.
                honest["content"]!["more"] = Mark;
                return [honest];
            case 1: // Signed by nobody.
                honest["signatures"] = new JsonObject();
                return [honest];
            case 2: // In the name of somebody else.
                return [Sealed(room, honest, forged => forged["sender"] = victim.Users[0].Value)];
            case 3: // Larger than events may be.
                honest["content"]!["body"] = Mark + new string('x', 70_000);
                return [honest];
            case 4: // After events that nobody has.
                return [Sealed(room, honest, forged => forged["prev_events"] = new JsonArray(AnyId(), AnyId()))];
            case 5: // Of this room, after the events of another.
                return [Sealed(room, honest, forged => forged["prev_events"] = EndsOfAnother(room))];
            case 6: // Rights that it has given itself, and what it does with them.
                return UseOfForgedPower(room, honest);
            case 7: // Authorized by nothing.
                return [Sealed(room, honest, forged => forged["auth_events"] = new JsonArray())];
            case 8: // Not even events.
                return
                [
                    1, "text", new JsonObject(), new JsonObject { ["room_id"] = 5 },
                    new JsonObject { ["room_id"] = room.RoomId.Value, ["type"] = Mark, ["content"] = 1, ["prev_events"] = "none", ["depth"] = -1 },
                ];
            default: // True, but as deep as can be, and from the far future: nobody may be unable to follow it.
                return [Sealed(room, honest, deep =>
                {
                    deep["content"]!["body"] = "deep";
                    deep["depth"] = GreatestInteger;
                    deep["origin_server_ts"] = GreatestInteger;
                })];
        }
    }

    JsonNode?[] UseOfForgedPower(RoomSnapshot room, JsonObject honest)
    {
        var levels = Parse(room.Find("m.room.power_levels")!.Content().Span);
        levels["users"]![Server.Users[0].Value] = 100;
        levels["note"] = Mark;
        var power = Sealed(room, honest, forged =>
        {
            forged["type"] = "m.room.power_levels";
            forged["state_key"] = "";
            forged["content"] = levels;
        });
        var powerId = EventCodec.EventId(room.Version, Bytes(power));
        var topic = Sealed(room, honest, forged =>
        {
            forged["type"] = "m.room.topic";
            forged["state_key"] = "";
            forged["content"] = new JsonObject { ["topic"] = Mark };
            forged["prev_events"] = new JsonArray(powerId);
            forged["auth_events"]!.AsArray().Add(powerId);
        });
        return [power, topic];
    }

    // What it would answer truly, with other contents, or not even in one piece.
    ReadOnlyMemory<byte> Twist(FederationRequest request, ReadOnlyMemory<byte> answer)
    {
        var isRoomData = request.Target.Contains("/event/", StringComparison.Ordinal) || request.Target.Contains("/get_missing_events/", StringComparison.Ordinal)
            || request.Target.Contains("/state", StringComparison.Ordinal) || request.Target.Contains("/event_auth/", StringComparison.Ordinal)
            || request.Target.Contains("/backfill/", StringComparison.Ordinal);
        if (_isOver || !isRoomData || !_random.Chance(0.4))
            return answer;

        _simulation.Setting.Trace.Add($"{Server.Name} twists its answer");
        if (_random.Chance(0.3))
            return answer[..(answer.Length / 2)];

        var twisted = Parse(answer.Span);
        foreach (var list in twisted.Select(static property => property.Value).OfType<JsonArray>())
        {
            foreach (var entry in list.OfType<JsonObject>().Where(_ => _random.Chance(0.5)))
                entry[_random.Pick(["content", "type", "room_id", "prev_events"])] = Mark;
        }

        return Bytes(twisted);
    }

    JsonObject Sealed(RoomSnapshot room, JsonObject honest, Action<JsonObject> forge)
    {
        var template = honest.DeepClone().AsObject();
        template.Remove("hashes");
        template.Remove("signatures");
        forge(template);
        return Parse(EventCodec.Seal(room.Version, Bytes(template), Server.Name.Value, Server.Identity.Key).Json);
    }

    JsonArray EndsOfAnother(RoomSnapshot room) =>
        _simulation.Rooms.Find(other => other != room.RoomId) is { Value: not null } roomId && Simulation.Look(Server, roomId) is { } other
            ? new([.. other.ForwardExtremities.Select(static id => (JsonNode?)id.Value)])
            : new(AnyId());

    string AnyId()
    {
        var bytes = new byte[32];
        _random.NextBytes(bytes);
        return "$" + Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    static JsonObject Parse(ReadOnlySpan<byte> json) => JsonNode.Parse(json)!.AsObject();

    static byte[] Bytes(JsonNode json) => System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());
}
