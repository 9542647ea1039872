using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Primitives;

namespace Hybrid.Conformance.Tests.Peers;

/// <summary>Invitations of addresses that have found their user.</summary>
static class ThirdPartyInviteExamples
{
    public static PeerExamples AddThirdPartyInvites(this PeerExamples examples) => examples
        .Add("onBindThirdPartyIdentifier", static async (story, _) =>
        {
            var (room, user) = (await InvitingRoomAsync(story), (await story.UserOfAskedAsync()).UserId);
            return new PeerCall
            {
                Body = new JsonObject
                {
                    ["medium"] = "email",
                    ["address"] = "carol@example.org",
                    ["mxid"] = user.Value,
                    ["invites"] = new JsonArray(new JsonObject
                    {
                        ["medium"] = "email",
                        ["address"] = "carol@example.org",
                        ["mxid"] = user.Value,
                        ["room_id"] = room,
                        ["sender"] = story.Bob.UserId.Value,
                        ["signed"] = Signed(story, user),
                    }),
                },
            };
        })
        .Add("exchangeThirdPartyInvite", static async (story, about) =>
        {
            var room = about.Room == story.Usual.Room ? await InvitingRoomAsync(story) : about.Room;
            return new PeerCall
            {
                Path = [("roomId", room)],
                Body = new JsonObject
                {
                    ["type"] = "m.room.member",
                    ["room_id"] = room,
                    ["sender"] = story.Bob.UserId.Value,
                    ["state_key"] = story.Alice.UserId.Value,
                    ["content"] = new JsonObject
                    {
                        ["membership"] = "invite",
                        ["third_party_invite"] = new JsonObject { ["display_name"] = "c...@e...", ["signed"] = Signed(story, story.Alice.UserId) },
                    },
                },
            };
        });

    static async Task<string> InvitingRoomAsync(PeerStory story)
    {
        var room = await story.RoomAsync("{}");
        await PeerStory.SetStateAsync(story.Bob, room, "m.room.third_party_invite", "token", new JsonObject
        {
            ["display_name"] = "c...@e...",
            ["key_validity_url"] = "https://id.example.org/valid",
            ["public_key"] = story.IdentityServer.PublicKeyBase64,
        });
        return room;
    }

    static JsonNode Signed(PeerStory story, UserId user)
    {
        var signed = new JsonObject { ["mxid"] = user.Value, ["token"] = "token" };
        return JsonNode.Parse(story.IdentityServer.SignJson(Encoding.UTF8.GetBytes(signed.ToJsonString()), "id.example.org"))!;
    }
}
