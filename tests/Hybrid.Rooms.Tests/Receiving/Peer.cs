using System.Text;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.Tests.Receiving;

/// <summary>Another server with a user, which makes events on top of a room as it saw it at some moment.</summary>
sealed class Peer(string name, TimeProvider time, string user = "zoe") : IDisposable
{
    readonly SigningKey _key = SigningKey.Generate("far");

    public UserId User { get; } = UserId.Parse($"@{user}:{name}");

    public ServerName Server => User.Server;

    public IncomingEvent Joins(RoomSnapshot seen) => Makes(seen, "m.room.member", """{"membership":"join"}""", User.Value);

    public IncomingEvent Says(RoomSnapshot seen, string body) => Makes(seen, "m.room.message", $$"""{"msgtype":"m.text","body":"{{body}}"}""", null);

    public IncomingEvent Makes(RoomSnapshot seen, string type, string content, string? stateKey)
    {
        var proposal = new EventProposal(type, User, Encoding.UTF8.GetBytes(content)) { StateKey = stateKey };
        return Read(seen, new EventTemplates(new ServerIdentity(Server, _key), time).Seal(seen, proposal).Value);
    }

    /// <summary>An event that no room would allow: without authorization, after the ends of the room.</summary>
    public IncomingEvent Forges(RoomSnapshot seen, string type, IEnumerable<EventId> prevEvents, IEnumerable<EventId> authEvents, long depth = 9)
    {
        var template = $$"""
            {"auth_events":[{{Ids(authEvents)}}],"prev_events":[{{Ids(prevEvents)}}],"depth":{{depth}},"origin_server_ts":1,"content":{},"room_id":"{{seen.RoomId}}",
             "sender":"{{User}}","type":"{{type}}"}
            """;
        return Signs(seen, template);
    }

    /// <summary>An event of a template as it stands.</summary>
    public IncomingEvent Signs(RoomSnapshot seen, string template) =>
        Read(seen, EventCodec.Seal(seen.Version, Encoding.UTF8.GetBytes(template), Server.Value, _key));

    public void Dispose() => _key.Dispose();

    static string Ids(IEnumerable<EventId> ids) => string.Join(',', ids.Select(static id => $"\"{id}\""));

    static IncomingEvent Read(RoomSnapshot seen, SealedEvent made) =>
        IncomingEvent.Read(seen.Version, seen.RoomId, EventId.Parse(made.EventId), made.Json, IncomingKind.Timeline)!;
}
