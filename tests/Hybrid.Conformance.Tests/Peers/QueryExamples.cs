using System.Text.Json.Nodes;
using Hybrid.Conformance.Tests.Running;
using Hybrid.Keys.Tests;
using Hybrid.Tests.Shared;

namespace Hybrid.Conformance.Tests.Peers;

/// <summary>What servers ask each other beside rooms: keys, profiles, devices, directories, media.</summary>
static class QueryExamples
{
    public static PeerExamples AddQueries(this PeerExamples examples) => examples
        .Add("getVersion", static (_, _) => new PeerCall())
        .Add("getWellKnown", static (_, _) => new PeerCall())
        .Add("getServerKey", static (_, _) => new PeerCall())
        .Add("perspectivesKeyQuery", static (_, _) => new PeerCall { Query = "minimum_valid_until_ts=0" })
        .Add("bulkPerspectivesKeyQuery", static (story, _) => new PeerCall
        {
            Body = new JsonObject
            {
                ["server_keys"] = new JsonObject
                {
                    [story.Asking.Name.Value] = new JsonObject { [story.Identity.Key.KeyId] = new JsonObject { ["minimum_valid_until_ts"] = 0 } },
                },
            },
        })
        .Add("getContent", static (_, _) => new PeerCall())
        .Add("getContentThumbnail", static (_, _) => new PeerCall { Query = "width=32&height=32&method=crop" })
        .Add("exchangeOpenIdToken", static async (story, about) =>
        {
            var token = about.Token ?? (string)(await story.Bob.CallAsync(HttpMethod.Post, $"user/{story.Bob.UserId}/openid/request_token", []))["access_token"]!;
            return new PeerCall { Query = token.Length == 0 ? "" : $"access_token={Uri.EscapeDataString(token)}" };
        })
        .Add("getPublicRooms", static (_, _) => new PeerCall { Query = "limit=10" })
        .Add("queryPublicRooms", static (_, _) => new PeerCall { Body = new JsonObject { ["limit"] = 10, ["filter"] = new JsonObject { ["generic_search_term"] = "town" } } })
        .Add("queryRoomDirectory", static (_, about) => new PeerCall { Query = $"room_alias={Uri.EscapeDataString(about.Alias)}" })
        .Add("queryProfile", static (_, about) => new PeerCall { Query = $"user_id={Uri.EscapeDataString(about.User)}" })

        // Of the types that the specification names, each is an operation of its own.
        .Add("queryInfo", static (_, _) => new PeerCall { Path = [("queryType", "org.example.nothing")], Status = 404 })
        .Add("getUserDevices", static async (story, about) => new PeerCall
        {
            Path = [("userId", about.User == story.Usual.User ? (await WithKeysAsync(story)).User.UserId.Value : about.User)],
        })
        .Add("queryUserEncryptionKeys", static async (story, _) => new PeerCall
        {
            Body = new JsonObject { ["device_keys"] = new JsonObject { [(await WithKeysAsync(story)).User.UserId.Value] = new JsonArray() } },
        })
        .Add("claimUserEncryptionKeys", static async (story, _) =>
        {
            var (user, device) = await WithKeysAsync(story);
            return new PeerCall
            {
                Body = new JsonObject { ["one_time_keys"] = new JsonObject { [user.UserId.Value] = new JsonObject { [device] = "signed_curve25519" } } },
            };
        });

    static async Task<(FederatedUser User, string Device)> WithKeysAsync(PeerStory story)
    {
        var user = await story.UserOfAskedAsync();
        var device = (string)(await user.CallAsync(HttpMethod.Get, "account/whoami"))["device_id"]!;
        await user.CallAsync(HttpMethod.Post, "keys/upload", ExampleKeys.OfDevice(user.UserId, device, new TestKey()));
        await user.CallAsync(HttpMethod.Post, "keys/device_signing/upload", ExampleKeys.CrossSigning(user.UserId, new TestKey()));
        return (user, device);
    }
}
