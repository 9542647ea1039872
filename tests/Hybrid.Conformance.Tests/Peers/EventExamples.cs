using System.Text.Json.Nodes;
using Hybrid.Rooms.Events;

namespace Hybrid.Conformance.Tests.Peers;

/// <summary>Events of rooms: sending, reading and signing them.</summary>
static class EventExamples
{
    public static PeerExamples AddEvents(this PeerExamples examples) => examples
        .Add("sendTransaction", static async (story, about) => new PeerCall
        {
            Body = new JsonObject
            {
                ["origin"] = story.Asking.Name.Value,
                ["origin_server_ts"] = 1,
                ["pdus"] = new JsonArray((await SayAsync(story, about.Room)).Event),
                ["edus"] = new JsonArray(new JsonObject
                {
                    ["edu_type"] = "m.typing",
                    ["content"] = new JsonObject { ["room_id"] = about.Room, ["user_id"] = story.Alice.UserId.Value, ["typing"] = true },
                }),
            },
        })
        .Add("getEvent", static (_, _) => new PeerCall())
        .Add("getEventAuth", static (_, _) => new PeerCall())
        .Add("getRoomState", static (_, about) => OfEvent(about))
        .Add("getRoomStateIds", static (_, about) => OfEvent(about))
        .Add("backfillRoom", static (_, about) => new PeerCall { Query = $"v={Uri.EscapeDataString(about.Event)}&limit=5" })
        .Add("getMissingPreviousEvents", static (_, about) => new PeerCall
        {
            Body = new JsonObject { ["earliest_events"] = new JsonArray(), ["latest_events"] = new JsonArray(about.Event), ["limit"] = 5, ["min_depth"] = 0 },
        })
        .Add("getEventByTimestamp", static (_, _) => new PeerCall { Query = $"ts={DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}&dir=b" })
        .Add("getSpaceHierarchy", static (_, _) => new PeerCall { Query = "suggested_only=false" })
        .Add("askPolicyServerToSign", static async (story, _) =>
        {
            var room = await story.RoomAsync();
            await story.JoinAsync(story.Alice, room);
            var discovered = JsonNode.Parse(await story.Asked.Http.GetStringAsync(new Uri("/.well-known/matrix/policy_server", UriKind.Relative)))!;
            await PeerStory.SetStateAsync(story.Bob, room, "m.room.policy", "", new JsonObject
            {
                ["via"] = story.Asked.Name.Value,
                ["public_keys"] = discovered["public_keys"]!.DeepClone(),
            });
            return new PeerCall { Body = (await SayAsync(story, room)).Event };
        });

    static PeerCall OfEvent(PeerTarget about) => new() { Query = $"event_id={Uri.EscapeDataString(about.Event)}" };

    static Task<(JsonObject Event, string Id)> SayAsync(PeerStory story, string room) =>
        story.SealAsync(room, new EventProposal("m.room.message", story.Alice.UserId, """{"msgtype":"m.text","body":"from afar"}"""u8.ToArray()));
}
