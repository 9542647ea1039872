using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Native.Tests.Support;

namespace Hybrid.Native.Tests.Auth;

public class EventAuthorizationTests
{
    const string Template = """
        {"type":"m.room.member","state_key":"@target:b","sender":"@sender:a","room_id":"!r:a","content":
        {"membership":"join","join_authorised_via_users_server":"@host:a"}}
        """;

    public static TheoryData<string> EveryVersion => [.. RoomVersions.All.Select(version => version.Id)];

    [Theory]
    [MemberData(nameof(EveryVersion))]
    public void Every_case_holds(string version)
    {
        var vectors = Vectors.Read("auth.json");
        var number = int.Parse(version, CultureInfo.InvariantCulture);
        var cases = vectors.Items("cases").Where(item => (int)item["from"]! <= number && number <= (int)item["to"]!);
        Assert.All(cases, item =>
        {
            var room = new VectorRoom(RoomVersions.Find(version)!, vectors["state"]!.AsArray(), item["state"]?.AsArray());
            var isCreate = item["event"]!.Text("type") == "m.room.create";
            var previous = item["prev_events"]?.AsArray().Select(id => (string)id!) ?? (isCreate ? [] : ["$before"]);
            var verdict = room.Check(room.Complete(item["event"]!.AsObject(), previous));
            Assert.True(verdict.Allowed == (bool)item["allowed"]!, $"{item.Text("what")}: {verdict}");
            Assert.Equal(verdict.Allowed, verdict.Reason is null);
            if (item["reason"] is { } reason)
                Assert.Equal((string)reason!, verdict.Reason);
        });
    }

    [Fact]
    public void A_join_names_its_host_where_rooms_can_be_restricted()
    {
        Assert.Equal(
            [
                new("m.room.create", ""), new("m.room.power_levels", ""), new("m.room.member", "@sender:a"),
                new("m.room.member", "@target:b"), new("m.room.join_rules", ""),
            ],
            EventAuthorization.AuthTypes("7", Encoding.UTF8.GetBytes(Template)));
        Assert.Equal(
            [
                new("m.room.create", ""), new("m.room.power_levels", ""), new("m.room.member", "@sender:a"),
                new("m.room.member", "@target:b"), new("m.room.join_rules", ""), new("m.room.member", "@host:a"),
            ],
            EventAuthorization.AuthTypes("11", Encoding.UTF8.GetBytes(Template)));
    }

    [Fact]
    public void The_create_event_is_not_named_since_version_12()
    {
        Assert.Equal(
            [new("m.room.power_levels", ""), new("m.room.member", "@a:a")],
            EventAuthorization.AuthTypes("12", """{"type":"m.x","sender":"@a:a","content":{}}"""u8));
        Assert.Empty(EventAuthorization.AuthTypes("12", """{"type":"m.room.create","sender":"@a:a","content":{}}"""u8));
    }

    [Fact]
    public void A_third_party_invite_names_the_event_that_it_answers()
    {
        var invite = """
            {"type":"m.room.member","state_key":"@a:a","sender":"@a:a","content":
            {"membership":"invite","third_party_invite":{"signed":{"token":"t"}}}}
            """u8;
        Assert.Contains(new StateKey("m.room.third_party_invite", "t"), EventAuthorization.AuthTypes("11", invite));
    }

    [Fact]
    public void What_cannot_be_read_is_told_apart()
    {
        var message = """{"type":"m.x","sender":"@a:a","content":{}}"""u8.ToArray();
        NativeStatus Status(string version, byte[] json, params byte[][] others) =>
            Assert.Throws<NativeException>(() =>
                EventAuthorization.Check(version, json, [.. others.Select(other => (ReadOnlyMemory<byte>)other)])).Status;

        Assert.Equal(NativeStatus.EventRoomVersionUnknown, Status("0", message));
        Assert.Equal(NativeStatus.JsonSyntax, Status("11", []));
        Assert.Equal(NativeStatus.EventMalformed, Status("11", "{}"u8.ToArray()));
        Assert.Equal(NativeStatus.AuthEventMalformed, Status("11", message, "{}"u8.ToArray()));
        Assert.Equal(NativeStatus.AuthEventMalformed, Status("11", message, Array.Empty<byte>()));
        Assert.Equal(NativeStatus.EventTooLarge, Status("11", new byte[3_000_000]));
        Assert.Throws<ArgumentNullException>(() => EventAuthorization.Check("11", message, null!));
        Assert.Throws<NativeException>(() => EventAuthorization.AuthTypes("11", []));
    }

    [Fact]
    public void Many_events_cross_in_one_call()
    {
        var message = """{"type":"m.x","sender":"@a:a","room_id":"!r:a","content":{}}"""u8.ToArray();
        var members = Enumerable.Range(0, 500).Select(number => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(new JsonObject
        {
            ["type"] = "m.room.member",
            ["state_key"] = $"@user{number}:a",
            ["sender"] = "@a:a",
            ["content"] = new JsonObject(),
        }.ToJsonString()));
        Assert.Contains("does not belong", EventAuthorization.Check("11", message, [.. members]).Reason);
    }
}
