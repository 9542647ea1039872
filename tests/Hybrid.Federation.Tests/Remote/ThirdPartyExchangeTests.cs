using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hybrid.Federation.Requests;
using Hybrid.Federation.Tests.Support;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Tests.Shared;

namespace Hybrid.Federation.Tests.Remote;

/// <summary>Invitations of addresses that an identity server binds to a user.</summary>
public sealed class ThirdPartyExchangeTests(ServerPair servers) : IClassFixture<ServerPair>, IDisposable
{
    const string OnBind = "/_matrix/federation/v1/3pid/onbind";

    readonly SigningKey _identityServer = SigningKey.Generate("id");

    public void Dispose() => _identityServer.Dispose();

    [Fact]
    public async Task A_user_of_the_inviters_server_is_invited_when_the_address_is_bound()
    {
        var (bob, carol) = (await servers.BobAsync(), await servers.BobAsync());
        var room = await InvitingRoomAsync(bob);

        Assert.Equal((200, null), await BindAsync(servers.B, carol.UserId, Invite(room, bob.UserId, carol.UserId)));

        var member = await MemberAsync(bob, room, carol.UserId);
        Assert.Equal(("invite", "c...@e..."), ((string?)member["membership"], (string?)member["third_party_invite"]!["display_name"]));
        Assert.Equal("token", (string?)member["third_party_invite"]!["signed"]!["token"]);
    }

    [Fact]
    public async Task A_user_of_another_server_is_invited_through_the_inviters()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var room = await InvitingRoomAsync(bob);

        Assert.Equal((200, null), await BindAsync(servers.A, alice.UserId, Invite(room, bob.UserId, alice.UserId)));

        Assert.Equal("invite", (string?)(await MemberAsync(bob, room, alice.UserId))["membership"]);
        var invited = (await alice.CallAsync(HttpMethod.Get, "sync"))["rooms"]!["invite"]![room];
        Assert.NotNull(invited);
    }

    [Fact]
    public async Task What_the_rooms_invitation_does_not_stand_for_is_refused()
    {
        var (alice, bob, carol) = (await servers.AliceAsync(), await servers.BobAsync(), await servers.BobAsync());
        var room = await InvitingRoomAsync(bob);
        using var other = SigningKey.Generate("other");
        var good = Invite(room, bob.UserId, carol.UserId);

        Assert.Equal((403, "M_FORBIDDEN"), await BindAsync(servers.B, carol.UserId, Invite(room, bob.UserId, carol.UserId, key: other)));
        Assert.Equal((403, "M_FORBIDDEN"), await BindAsync(servers.B, carol.UserId, Invite(room, bob.UserId, carol.UserId, token: "unknown")));
        Assert.Equal((403, "M_FORBIDDEN"), await BindAsync(servers.B, carol.UserId, Invite(await ServerPair.CreateRoomAsync(bob), bob.UserId, carol.UserId)));
        Assert.Equal((403, "M_FORBIDDEN"), await BindAsync(servers.B, carol.UserId, Invite(room, carol.UserId, carol.UserId)));
        Assert.Equal((400, "M_BAD_JSON"), await BindAsync(servers.B, carol.UserId, Invite(room, bob.UserId, alice.UserId)));
        Assert.Equal((404, "M_NOT_FOUND"), await BindAsync(servers.B, alice.UserId, Invite(room, bob.UserId, alice.UserId)));
        Assert.Equal((404, "M_NOT_FOUND"), await BindAsync(servers.B, UserId.Parse($"@nobody:{servers.B.Name}"), good));
        Assert.Equal((400, "M_BAD_JSON"), await BindAsync(servers.B, carol.UserId, [.. Enumerable.Range(0, 51).Select(_ => (JsonObject)good.DeepClone())]));
        Assert.Equal((400, "M_BAD_JSON"), await SendAsync(servers.B, new JsonObject { ["mxid"] = carol.UserId.Value }));
        Assert.Equal((400, "M_BAD_JSON"), await SendAsync(servers.B, []));
        Assert.Equal(404, (await bob.SendAsync(HttpMethod.Get, MemberPath(room, carol.UserId))).Status);

        // One of two is enough to come in, and the other is told of.
        Assert.Equal((403, "M_FORBIDDEN"), await BindAsync(servers.B, carol.UserId, Invite(room, bob.UserId, carol.UserId, token: "unknown"), good));
        Assert.Equal("invite", (string?)(await MemberAsync(bob, room, carol.UserId))["membership"]);
    }

    [Fact]
    public async Task An_exchange_is_for_invitations_by_own_users_only()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var room = await InvitingRoomAsync(bob);

        Assert.Equal((400, "M_INVALID_PARAM"), await ExchangeAsync(room, Event(room, alice.UserId, alice.UserId)));
        Assert.Equal((400, "M_INVALID_PARAM"), await ExchangeAsync("!other:example.org", Event(room, bob.UserId, alice.UserId)));
        Assert.Equal((400, "M_INVALID_PARAM"), await ExchangeAsync(room, Event(room, bob.UserId, alice.UserId, membership: "join")));
        Assert.Equal((400, "M_BAD_JSON"), await ExchangeAsync(room, []));
        Assert.Equal((403, "M_FORBIDDEN"), await ExchangeAsync("!none:example.org", Event("!none:example.org", bob.UserId, alice.UserId)));
        Assert.Equal((200, null), await ExchangeAsync(room, Event(room, bob.UserId, alice.UserId)));
        Assert.Equal("invite", (string?)(await MemberAsync(bob, room, alice.UserId))["membership"]);
    }

    async Task<string> InvitingRoomAsync(FederatedUser inviter)
    {
        var room = await ServerPair.CreateRoomAsync(inviter);
        var content = new JsonObject
        {
            ["display_name"] = "c...@e...",
            ["key_validity_url"] = "https://id.example.org/valid",
            ["public_key"] = _identityServer.PublicKeyBase64,
        };
        await ServerPair.SetStateAsync(inviter, room, "m.room.third_party_invite", "token", content.ToJsonString());
        return room;
    }

    JsonObject Signed(UserId target, string token = "token", SigningKey? key = null)
    {
        var signed = new JsonObject { ["mxid"] = target.Value, ["token"] = token };
        var json = (key ?? _identityServer).SignJson(Encoding.UTF8.GetBytes(signed.ToJsonString()), "id.example.org");
        return (JsonObject)JsonNode.Parse(json)!;
    }

    JsonObject Invite(string room, UserId sender, UserId target, string token = "token", SigningKey? key = null) => new()
    {
        ["medium"] = "email",
        ["address"] = "carol@example.org",
        ["mxid"] = target.Value,
        ["room_id"] = room,
        ["sender"] = sender.Value,
        ["signed"] = Signed(target, token, key),
    };

    JsonObject Event(string room, UserId sender, UserId target, string membership = "invite") => new()
    {
        ["type"] = "m.room.member",
        ["room_id"] = room,
        ["sender"] = sender.Value,
        ["state_key"] = target.Value,
        ["content"] = new JsonObject { ["membership"] = membership, ["third_party_invite"] = new JsonObject { ["display_name"] = "c", ["signed"] = Signed(target) } },
    };

    async Task<(int, string?)> ExchangeAsync(string room, JsonObject body)
    {
        var target = FederationPath.Of("federation/v1/exchange_third_party_invite", room);
        var (status, _, code) = await servers.AskAsync(FederationRequest.Put(target, JsonSerializer.SerializeToUtf8Bytes(body)));
        return (status, code);
    }

    static Task<(int, string?)> BindAsync(FederatedServer server, UserId userId, params JsonObject[] invites) => SendAsync(
        server, new JsonObject { ["medium"] = "email", ["address"] = "carol@example.org", ["mxid"] = userId.Value, ["invites"] = new JsonArray([.. invites.Select(static invite => invite.DeepClone())]) });

    // An identity server signs nothing but the invitations.
    static async Task<(int, string?)> SendAsync(FederatedServer server, JsonObject body)
    {
        using var response = await server.Http.PutAsJsonAsync(OnBind, body);
        return ((int)response.StatusCode, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errcode"]);
    }

    static string MemberPath(string room, UserId userId) => $"rooms/{Uri.EscapeDataString(room)}/state/m.room.member/{Uri.EscapeDataString(userId.Value)}";

    static Task<JsonObject> MemberAsync(FederatedUser user, string room, UserId userId) => user.CallAsync(HttpMethod.Get, MemberPath(room, userId));
}
