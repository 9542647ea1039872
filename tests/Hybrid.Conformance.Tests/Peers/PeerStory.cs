using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Conformance.Tests.Running;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hybrid.Conformance.Tests.Peers;

/// <summary>Two servers: Alice's, in whose name everything is asked, and Bob's, which is asked. They share a public room of Bob's.</summary>
sealed class PeerStory : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly Dictionary<string, PeerTarget> _rooms = [];
    int _names;

    PeerStory(FederatedServer asking, FederatedServer asked, FederatedUser alice, FederatedUser bob) => (Asking, Asked, Alice, Bob) = (asking, asked, alice, bob);

    public FederatedServer Asking { get; }

    public FederatedServer Asked { get; }

    /// <summary>A user of the server that asks.</summary>
    public FederatedUser Alice { get; }

    /// <summary>A user of the server that is asked, and an administrator of its rooms.</summary>
    public FederatedUser Bob { get; }

    /// <summary>Signs what is asked.</summary>
    public ServerIdentity Identity => Asking.Services.GetRequiredService<ServerIdentity>();

    /// <summary>An identity server, which vouches for addresses.</summary>
    public SigningKey IdentityServer { get; } = SigningKey.Generate("id");

    /// <summary>What requests are about unless they say otherwise.</summary>
    public PeerTarget Usual { get; private set; } = null!;

    /// <param name="servers">Two, the second of which is a policy server.</param>
    public static async Task<PeerStory> BeginAsync(FederatedServers servers)
    {
        var (asking, asked) = (servers[0], servers[1]);
        var story = new PeerStory(asking, asked, await asking.RegisterAsync("alice"), await asked.RegisterAsync("bob"));
        await story.Bob.CallAsync(HttpMethod.Put, $"profile/{story.Bob.UserId}/displayname", new JsonObject { ["displayname"] = "Bob" });
        var alias = $"#town:{asked.Name}";
        var room = await story.RoomAsync("""
            {"preset":"public_chat","visibility":"public","room_alias_name":"town","name":"Town",
             "initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"world_readable"}}]}
            """);
        await story.JoinAsync(story.Alice, room);
        story.Usual = new PeerTarget { Room = room, Event = await SayAsync(story.Bob, room, "hello"), User = story.Bob.UserId.Value, Alias = alias, Media = await story.UploadAsync() };
        return story;
    }

    /// <summary>A name that nothing else has.</summary>
    public string NewName(string prefix) => $"{prefix}{++_names}";

    public Task<FederatedUser> UserOfAskingAsync() => Asking.RegisterAsync(NewName("anna"));

    public Task<FederatedUser> UserOfAskedAsync() => Asked.RegisterAsync(NewName("ben"));

    /// <summary>A new room of Bob's.</summary>
    public Task<string> RoomAsync(string body = """{"preset":"public_chat"}""") => RoomAsync(Bob, body);

    public static async Task<string> RoomAsync(FederatedUser creator, string body) =>
        (string)(await creator.CallAsync(HttpMethod.Post, "createRoom", (JsonObject)JsonNode.Parse(body)!))["room_id"]!;

    /// <summary>Joins a room of Bob's, and returns when his server knows.</summary>
    public async Task JoinAsync(FederatedUser user, string room)
    {
        await user.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}?via={Uri.EscapeDataString(Asked.Name.Value)}", []);
        await UntilAsync(async () => (await RoomOfAskedAsync(room)).Current.IsJoined(user.UserId));
    }

    /// <summary>A room in a situation in which the server that asks has no business there: see <see cref="PeerSituations"/>. Made once.</summary>
    public async Task<PeerTarget> ForeignRoomAsync(string situation)
    {
        if (!_rooms.TryGetValue(situation, out var target))
            _rooms.Add(situation, target = await MakeForeignRoomAsync(situation));
        return target;
    }

    /// <summary>An event that the asking server seals, in a room as it is, or without a place in it where its rules forbid the event or nobody knows it.</summary>
    public async Task<(JsonObject Event, string Id)> SealAsync(string room, EventProposal proposal, string version = "11")
    {
        var id = RoomId.TryParse(room, out var parsed) ? parsed : RoomId.Parse("!none:localhost");
        var known = await Asked.Services.GetRequiredService<RoomRegistry>().FindAsync(id, default)
            ?? await Asking.Services.GetRequiredService<RoomRegistry>().FindAsync(id, default);
        var current = known?.Current ?? RoomSnapshot.Empty(new RoomRecord(id, version, proposal.Sender, IsPublic: false));
        var made = known is not null && new EventTemplates(Identity, TimeProvider.System).Seal(current, proposal).TryGet(out var placed, out _)
            ? placed
            : EventTemplates.SealAlone(current, proposal, Identity, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        return (JsonNode.Parse(made.Json)!.AsObject(), made.EventId);
    }

    public Task<(JsonObject Event, string Id)> SealMemberAsync(string room, UserId sender, UserId target, string membership, string version = "11") => SealAsync(
        room, new EventProposal("m.room.member", sender, Encoding.UTF8.GetBytes($$"""{"membership":"{{membership}}"}""")) { StateKey = target.Value }, version);

    /// <summary>The version of a room that the asked server knows.</summary>
    public async Task<string> VersionOfAsync(string room) =>
        (await Asked.Services.GetRequiredService<RoomRegistry>().FindAsync(RoomId.Parse(room), default))!.Current.Version;

    public static Task SetStateAsync(FederatedUser user, string room, string type, string key, JsonObject content) =>
        user.CallAsync(HttpMethod.Put, $"rooms/{Uri.EscapeDataString(room)}/state/{type}/{Uri.EscapeDataString(key)}", content);

    public void Dispose() => IdentityServer.Dispose();

    async Task<PeerTarget> MakeForeignRoomAsync(string situation)
    {
        var room = await RoomAsync(situation == PeerSituations.Denied
            ? """{"preset":"public_chat"}"""
            : $$$"""
              {"preset":"private_chat","name":"{{{Outsider.Secret}}}",
               "initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"}}]}
              """);
        if (situation == PeerSituations.Left)
        {
            await Bob.CallAsync(HttpMethod.Post, $"rooms/{Uri.EscapeDataString(room)}/invite", new JsonObject { ["user_id"] = Alice.UserId.Value });
            await JoinAsync(Alice, room);
            await Alice.CallAsync(HttpMethod.Post, $"rooms/{Uri.EscapeDataString(room)}/leave", []);
            await UntilAsync(async () => (await RoomOfAskedAsync(room)).Current.MembershipOf(Alice.UserId) == "leave");
        }
        else if (situation == PeerSituations.Denied)
        {
            await JoinAsync(Alice, room);
            await SetStateAsync(Bob, room, "m.room.server_acl", "", new JsonObject { ["allow"] = new JsonArray("*"), ["deny"] = new JsonArray("localhost") });
        }

        return Usual with { Room = room, Event = await SayAsync(Bob, room, Outsider.Secret) };
    }

    async Task<Room> RoomOfAskedAsync(string room) => (await Asked.Services.GetRequiredService<RoomRegistry>().FindAsync(RoomId.Parse(room), default))!;

    static async Task<string> SayAsync(FederatedUser user, string room, string text) => (string)(await user.CallAsync(
        HttpMethod.Put, $"rooms/{Uri.EscapeDataString(room)}/send/m.room.message/{Guid.NewGuid():N}", new JsonObject { ["msgtype"] = "m.text", ["body"] = text }))["event_id"]!;

    static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var end = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < end, "It does not come to that.");
            await Task.Delay(20);
        }
    }

    async Task<string> UploadAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_matrix/media/v3/upload?filename=file.png") { Content = new ByteArrayContent(Story.Picture) };
        request.Headers.Authorization = new("Bearer", Bob.AccessToken);
        request.Content.Headers.ContentType = new("image/png");
        using var response = await Asked.Http.SendAsync(request);
        var uri = (string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["content_uri"]!;
        return uri[(uri.LastIndexOf('/') + 1)..];
    }
}
