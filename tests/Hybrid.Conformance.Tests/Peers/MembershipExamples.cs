using System.Text.Json.Nodes;
using Hybrid.Primitives;

namespace Hybrid.Conformance.Tests.Peers;

/// <summary>Coming into rooms of another server, and out of them.</summary>
static class MembershipExamples
{
    const string Versions = "ver=10&ver=11&ver=12";
    const string Knockable = """{"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"knock"}}]}""";

    public static PeerExamples AddMembership(this PeerExamples examples) => examples
        .Add("makeJoin", static async (story, about) => new PeerCall { Path = [await NewcomerAsync(story, about)], Query = Versions })
        .Add("makeKnock", static async (story, about) => new PeerCall
        {
            Path = [await NewcomerAsync(story, about), ("roomId", await KnockableAsync(story, about))],
            Query = Versions,
        })
        .Add("makeLeave", static (story, about) => new PeerCall { Path = [("userId", about.User == story.Usual.User ? story.Alice.UserId.Value : about.User)] })
        .Add("sendJoinV2", static async (story, about) => await SendAsync(story, about, about.Room, (await story.UserOfAskingAsync()).UserId, "join"))
        .Add("sendKnock", static async (story, about) =>
            await SendAsync(story, about, await KnockableAsync(story, about), (await story.UserOfAskingAsync()).UserId, "knock"))
        .Add("sendLeaveV2", static async (story, about) =>
        {
            if (about.Room != story.Usual.Room)
                return await SendAsync(story, about, about.Room, story.Alice.UserId, "leave");

            var user = await story.UserOfAskingAsync();
            await story.JoinAsync(user, about.Room);
            return await SendAsync(story, about, about.Room, user.UserId, "leave");
        })
        .Add("sendInviteV1", static async (story, about) =>
        {
            var (room, made, id) = await InviteAsync(story, about, "2");
            made["unsigned"] = new JsonObject { ["invite_room_state"] = Preview(story, room, "2") };
            return new PeerCall { Path = [("roomId", room), ("eventId", about.SentAs ?? id)], Body = made };
        })
        .Add("sendInviteV2", static async (story, about) =>
        {
            var (room, made, id) = await InviteAsync(story, about, "11");
            return new PeerCall
            {
                Path = [("roomId", room), ("eventId", about.SentAs ?? id)],
                Body = new JsonObject { ["room_version"] = "11", ["event"] = made, ["invite_room_state"] = Preview(story, room, "11") },
            };
        });

    static async Task<(string, string)> NewcomerAsync(PeerStory story, PeerTarget about) =>
        ("userId", about.User == story.Usual.User ? (await story.UserOfAskingAsync()).UserId.Value : about.User);

    static async Task<string> KnockableAsync(PeerStory story, PeerTarget about) => about.Room == story.Usual.Room ? await story.RoomAsync(Knockable) : about.Room;

    static async Task<PeerCall> SendAsync(PeerStory story, PeerTarget about, string room, UserId user, string membership)
    {
        var (made, id) = await story.SealMemberAsync(room, user, user, membership);
        return new PeerCall { Path = [("roomId", room), ("eventId", about.SentAs ?? id)], Body = made };
    }

    static async Task<(string Room, JsonObject Event, string Id)> InviteAsync(PeerStory story, PeerTarget about, string version)
    {
        var room = about.Room == story.Usual.Room ? await PeerStory.RoomAsync(story.Alice, $$"""{"room_version":"{{version}}"}""") : about.Room;
        var (made, id) = await story.SealMemberAsync(room, story.Alice.UserId, (await story.UserOfAskedAsync()).UserId, "invite", version);
        return (room, made, id);
    }

    static JsonArray Preview(PeerStory story, string room, string version) => new(new JsonObject
    {
        ["type"] = "m.room.create",
        ["state_key"] = "",
        ["sender"] = story.Alice.UserId.Value,
        ["room_id"] = room,
        ["content"] = new JsonObject { ["room_version"] = version, ["creator"] = story.Alice.UserId.Value },
    });
}
