using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>What is in a room: creation, events, state, relations, receipts.</summary>
static class Rooms
{
    public static Examples AddRooms(this Examples examples) => examples
        .AddReading()
        .Add("createRoom", static _ => new Call { Body = """{"preset":"private_chat","name":"new","topic":"things"}""" })
        .Add("createRoom", static _ => new Call { Body = """{"room_version":"none"}""", Status = 400 })
        .Add("upgradeRoom", static async story => new Call { Path = [("roomId", await story.RoomAsync("""{"room_version":"10"}"""))], Body = """{"new_version":"12"}""" })
        .Add("upgradeRoom", static _ => new Call { Body = """{"new_version":"none"}""", Status = 400 })
        .Add("upgradeRoom", static story => new Call { As = story.Bob, Body = """{"new_version":"12"}""", Status = 403 })
        .Add("sendMessage", static _ => new Call { Body = """{"msgtype":"m.text","body":"hello"}""" })
        .Add("redactEvent", static async story => new Call { Path = [("eventId", await story.Alice.SayAsync(story.Room, "wrong"))], Body = """{"reason":"typo"}""" })
        .Add("setRoomStateWithKey", static _ => new Call { Path = [("eventType", "m.room.topic")], Body = """{"topic":"another"}""" })
        .Add("setRoomStateWithKey", static story => new Call { As = story.Bob, Path = [("eventType", "m.room.topic")], Body = """{"topic":"mine"}""", Status = 403 })
        .Add("setTyping", static _ => new Call { Body = """{"typing":true,"timeout":10000}""" })
        .Add("postReceipt", static _ => new Call { Body = "{}" })
        .Add("postReceipt", static _ => new Call { Path = [("receiptType", "m.nothing")], Body = "{}", Status = 400 })
        .Add("setReadMarker", static story => new Call { Body = $$"""{"m.fully_read":"{{story.Event}}","m.read":"{{story.Event}}"}""" })
        .Add("reportRoom", static _ => new Call { Body = """{"reason":"spam"}""" })
        .Add("reportRoom", static _ => new Call { Path = [("roomId", "!none:test.local")], Body = """{"reason":"spam"}""", Status = 404 })
        .Add("reportEvent", static _ => new Call { Body = """{"reason":"spam","score":-100}""" })
        .Add("reportEvent", static _ => new Call { Path = [("eventId", "$none")], Body = """{"reason":"spam"}""", Status = 404 })
        .Add("reportUser", static story => new Call { Path = [("userId", story.Bob.UserId.Value)], Body = """{"reason":"spam"}""" });

    static Examples AddReading(this Examples examples) => examples
        .Add("sync")
        .Add("sync", static story => new Call { Query = $"since={story.Since}&timeout=0&use_state_after=true" })
        .Add("sync", static _ => new Call { Query = "full_state=true" })
        .Add("getOneRoomEvent")
        .Add("getOneRoomEvent", static _ => new Call { Path = [("eventId", "$none")], Status = 404 })
        .Add("getEventContext", static _ => new Call { Query = "limit=5" })
        .Add("getEventByTimestamp", static _ => new Call { Query = "ts=0&dir=f" })
        .Add("getEventByTimestamp", static _ => new Call { Query = "ts=0&dir=b", Status = 404 })
        .Add("getRoomEvents", static _ => new Call { Query = "dir=b&limit=5" })
        .Add("getRoomEvents", static async story => new Call { As = story.Bob, Path = [("roomId", await story.RoomAsync("{}"))], Query = "dir=b", Status = 403 })
        .Add("getRoomState")
        .Add("getRoomState", static async story => new Call { As = story.Bob, Path = [("roomId", await story.RoomAsync("{}"))], Status = 403 })
        .Add("getRoomStateWithKey", static _ => new Call { Path = [("eventType", "m.room.name")] })
        .Add("getRoomStateWithKey", static _ => new Call { Path = [("eventType", "m.room.create")], Query = "format=event" })
        .Add("getRoomStateWithKey", static _ => new Call { Path = [("eventType", "m.room.nothing")], Status = 404 })
        .Add("getMembersByRoom")
        .Add("getJoinedMembersByRoom")
        .Add("getJoinedMembersByRoom", static async story => new Call { As = story.Bob, Path = [("roomId", await story.RoomAsync("{}"))], Status = 403 })
        .Add("getRelatingEvents")
        .Add("getRelatingEventsWithRelType")
        .Add("getRelatingEventsWithRelTypeAndEventType")
        .Add("getRelatingEvents", static _ => new Call { Path = [("eventId", "$none")], Status = 404 })
        .Add("getThreadRoots")
        .Add("defineFilter", static _ => new Call { Body = """{"room":{"timeline":{"limit":5}},"event_format":"client"}""" })
        .Add("getFilter", static async story =>
        {
            var made = await story.Alice.PostAsync($"user/{story.Alice.UserId}/filter", """{"room":{"timeline":{"limit":7}}}""");
            return new Call { Path = [("filterId", (string)made.Ok["filter_id"]!)] };
        })
        .Add("getFilter", static _ => new Call { Path = [("filterId", "99999")], Status = 404 });
}
