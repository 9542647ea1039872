using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Primitives;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Timeline;
using Hybrid.Simulation.Tests.Servers;

namespace Hybrid.Simulation.Tests.Users;

/// <summary>What users do, each on their own server, by what that shows them.</summary>
sealed class UserActions(Simulation simulation)
{
    static readonly string[] Versions = ["6", "10", "11", "12"];

    readonly Random _random = simulation.Setting.Randomness.Stream("users");
    int _said;

    /// <summary>Creates the rooms, and lets users of most servers into them.</summary>
    public void CreateRooms()
    {
        var count = _random.Next(1, 3);
        for (var number = 0; number < count; number++)
        {
            var server = _random.Pick(simulation.Servers);
            var terms = new RoomCreationTerms(server.Users[0], _random.Pick(Versions), RoomPreset.PublicChat) { Name = $"Room {number}" };
            server.Thread.Begin(async () =>
            {
                var created = await server.Get<RoomCreation>().CreateAsync(terms, default);
                simulation.Rooms.Add(created.Value);
                simulation.Setting.Trace.Add($"{terms.Creator} creates {created.Value}, version {terms.Version}");
            });
            simulation.Pass(TimeSpan.FromMinutes(1));
            foreach (var other in simulation.Servers.Where(other => other != server && _random.Chance(0.8)))
                Join(other, other.Users[0], simulation.Rooms[^1], [server.Name]);
            if (simulation.Liar is { } liar)
                Join(liar.Server, liar.Server.Users[0], simulation.Rooms[^1], [server.Name]);
            simulation.Pass(TimeSpan.FromMinutes(1));
            foreach (var user in simulation.Servers.SelectMany(static other => other.Users).Where(_ => _random.Chance(0.3)))
                SetLevel(server, server.Users[0], simulation.Rooms[^1], user, _random.Pick([50, 100]));
        }
    }

    /// <summary>Plans what users do within a time.</summary>
    public void Plan(TimeSpan duration)
    {
        var count = _random.Next(30, 90);
        for (var number = 0; number < count; number++)
            simulation.Setting.Time.After(duration * _random.NextDouble(), ActOnce);
    }

    /// <summary>A user of each server says something, one after the other has heard it: the ends of what was said apart are tied together.</summary>
    public void SpeakInTurn()
    {
        const int Rounds = 2;
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var server in simulation.Servers)
            {
                foreach (var roomId in simulation.Rooms.Where(roomId => Simulation.TakesPart(server, roomId)))
                {
                    var room = Simulation.Look(server, roomId)!;
                    var speaker = server.Users.Where(room.IsJoined).OrderByDescending(room.PowerLevels.Of).First();
                    Say(server, speaker, roomId);
                    simulation.Pass(TimeSpan.FromDays(2));
                }
            }
        }
    }

    /// <summary>A user of each server reads each room back to its beginning, so that gaps in its history are filled.</summary>
    public void ReadBack()
    {
        // Each time a few servers are asked, and others.
        const int Rounds = 4;
        foreach (var server in Enumerable.Repeat(simulation.Servers, Rounds).SelectMany(static servers => servers))
        {
            foreach (var roomId in simulation.Rooms.Where(roomId => Simulation.TakesPart(server, roomId)))
            {
                server.Thread.Begin(async () =>
                {
                    while (await server.Get<IRoomHistory>().FetchAsync(roomId, default))
                    {
                        // There may be more.
                    }
                });
                simulation.Pass(TimeSpan.FromHours(1));
            }
        }
    }

    void ActOnce()
    {
        var server = _random.Pick(simulation.Servers);
        var user = _random.Pick(server.Users);
        var roomId = _random.Pick(simulation.Rooms);
        var choice = _random.Next(100);
        if (!server.IsUp)
            return;

        var room = Simulation.Look(server, roomId);
        if (room is null || !room.IsJoined(user))
            Arrive(server, user, roomId, room);
        else if (choice < 40)
            Say(server, user, roomId);
        else if (choice < 55)
            Send(server, user, roomId, _random.Pick(["m.room.topic", "m.room.name"]), "", new JsonObject { ["name"] = Text(), ["topic"] = Text() });
        else if (choice < 65)
            SetLevel(server, user, roomId, AnyUser(), _random.Pick([0, 50, 100]));
        else if (choice < 71)
            Send(server, user, roomId, "m.room.join_rules", "", new JsonObject { ["join_rule"] = _random.Pick(["public", "public", "invite"]) });
        else if (choice < 76)
            Redact(server, user, roomId);
        else
            ChangeMember(server, user, roomId, choice);
    }

    void Arrive(SimulatedServer server, UserId user, RoomId roomId, RoomSnapshot? room)
    {
        if (room?.MembershipOf(user) == "invite" && _random.Chance(0.3))
            Member(server, user, roomId, user, "leave", memberships => memberships.LeaveAsync(roomId, user, MembershipTerms.None, default));
        else
            Join(server, user, roomId, [.. simulation.Servers.Where(other => other != server && Simulation.TakesPart(other, roomId)).Select(static other => other.Name)]);
    }

    void ChangeMember(SimulatedServer server, UserId user, RoomId roomId, int choice)
    {
        var target = AnyUser();
        switch (choice)
        {
            case < 80:
                Member(server, user, roomId, user, "leave", memberships => memberships.LeaveAsync(roomId, user, MembershipTerms.None, default));
                break;
            case < 88:
                Member(server, user, roomId, target, "invite", memberships => memberships.InviteAsync(roomId, user, target, MembershipTerms.None, default));
                break;
            case < 93:
                Member(server, user, roomId, target, "leave", memberships => memberships.KickAsync(roomId, user, target, MembershipTerms.None, default));
                break;
            case < 97:
                Member(server, user, roomId, target, "ban", memberships => memberships.BanAsync(roomId, user, target, MembershipTerms.None, default));
                break;
            default:
                Member(server, user, roomId, target, "leave", memberships => memberships.UnbanAsync(roomId, user, target, MembershipTerms.None, default));
                break;
        }
    }

    UserId AnyUser() => _random.Pick(_random.Pick(simulation.Servers).Users);

    string Text() => $"words {++_said}";

    void Say(SimulatedServer server, UserId user, RoomId roomId) =>
        Send(server, user, roomId, "m.room.message", null, new JsonObject { ["msgtype"] = "m.text", ["body"] = Text() });

    void SetLevel(SimulatedServer server, UserId user, RoomId roomId, UserId target, int level)
    {
        if (!server.IsUp || Simulation.Look(server, roomId)?.Find("m.room.power_levels") is not { } levels)
            return;

        var content = JsonNode.Parse(levels.Content().Span)!.AsObject();
        if (content["users"] is not JsonObject users)
            content["users"] = users = [];
        users[target.Value] = level;
        Send(server, user, roomId, "m.room.power_levels", "", content);
    }

    void Redact(SimulatedServer server, UserId user, RoomId roomId)
    {
        var targets = simulation.Acknowledged.Where(sent => sent.RoomId == roomId).ToList();
        if (targets.Count == 0)
            return;

        var target = _random.Pick(targets).EventId;
        var content = new JsonObject { ["redacts"] = target.Value };
        Do(server, roomId, $"{user} redacts {target}", async () => await server.Get<EventSending>().RedactAsync(
            roomId, target, new EventProposal("m.room.redaction", user, Bytes(content)), default));
    }

    void Send(SimulatedServer server, UserId user, RoomId roomId, string type, string? stateKey, JsonObject content) =>
        Do(server, roomId, $"{user} sends {type} {content.ToJsonString()}", async () =>
        {
            var before = stateKey is null ? null : Simulation.Look(server, roomId)?.Find(type, stateKey);
            var sent = await server.Get<EventSending>().SendAsync(roomId, new EventProposal(type, user, Bytes(content)) { StateKey = stateKey }, default);

            // State that is so already is not sent again.
            return sent.Error is null && sent.Value == before?.EventId ? default(EventId) : sent;
        });

    void Join(SimulatedServer server, UserId user, RoomId roomId, IReadOnlyList<ServerName> via) =>
        Member(server, user, roomId, user, "join", memberships => memberships.JoinAsync(roomId, user, new MembershipTerms { Via = via }, default));

    void Member(
        SimulatedServer server, UserId user, RoomId roomId, UserId target, string membership, Func<MembershipChanges, ValueTask<Result<Done>>> change) =>
        Do(server, roomId, $"{user} makes {target} {membership}", async () =>
        {
            if ((await change(server.Get<MembershipChanges>())).Error is { } error)
                return error;

            // What came of it may be replaced by now, and where the server takes no part there is no such event.
            var member = Simulation.Look(server, roomId)?.Find("m.room.member", target.Value);
            return member?.Membership == membership && member.Sender == user && member.IsInTimeline ? member.EventId : default(EventId);
        });

    void Do(SimulatedServer server, RoomId roomId, string what, Func<Task<Result<EventId>>> action)
    {
        simulation.Setting.Trace.Add($"{what} in {roomId}");
        server.Thread.Begin(async () =>
        {
            var result = await action();
            if (!result.TryGet(out var eventId, out var error))
            {
                simulation.Setting.Trace.Add($"{what} in {roomId}: {error.Code} {error.Message}");

                // What users ask for here is never wrong in itself; a server that says so cannot go on with the room.
                if (error.Code is not ("M_FORBIDDEN" or "M_NOT_FOUND" or "M_BAD_STATE" or "M_UNKNOWN"))
                    simulation.Setting.Errors.Add($"{what} in {roomId}: {error.Code} {error.Message}");
            }
            else if (eventId != default)
                simulation.Acknowledge(server, roomId, eventId);
        });
    }

    static byte[] Bytes(JsonObject content) => Encoding.UTF8.GetBytes(content.ToJsonString());
}
