using System.Text;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Rooms.Tests.Timeline;

public sealed class ClientEventFormatterTests : IDisposable
{
    static readonly DeviceId Phone = DeviceId.Parse("PHONE");

    readonly TimelineFixture _fixture = new();

    [Fact]
    public async Task A_message_shows_its_members_and_nothing_of_the_graph()
    {
        var room = await RoomAsync();
        var said = await room.SayAsync(Alice, "hi", Phone, "t1");
        var shown = await _fixture.ShowAsync(said, Alice, Phone);

        Assert.Equal(
            ["content", "event_id", "origin_server_ts", "room_id", "sender", "type", "unsigned"],
            shown.EnumerateObject().Select(static member => member.Name).Order());
        Assert.Equal("hi", shown.GetProperty("content").GetProperty("body").GetString());
        Assert.Equal(said.EventId.Value, shown.GetProperty("event_id").GetString());
        var unsigned = shown.GetProperty("unsigned");
        Assert.Equal(_fixture.Time.GetUtcNow().ToUnixTimeMilliseconds() - said.OriginServerTs, unsigned.GetProperty("age").GetInt64());
        Assert.Equal("join", unsigned.GetProperty("membership").GetString());
        Assert.Equal("t1", unsigned.GetProperty("transaction_id").GetString());
    }

    [Fact]
    public async Task A_transaction_id_is_for_the_sending_device_only_and_the_room_id_can_be_left_out()
    {
        var room = await RoomAsync();
        var said = await room.SayAsync(Alice, "hi", Phone, "t1");

        Assert.False(Unsigned(await _fixture.ShowAsync(said, Alice, DeviceId.Parse("OTHER"))).TryGetProperty("transaction_id", out _));
        Assert.False(Unsigned(await _fixture.ShowAsync(said, Bob, Phone)).TryGetProperty("transaction_id", out _));
        Assert.False((await _fixture.ShowAsync(said, Bob, withRoomId: false)).TryGetProperty("room_id", out _));
    }

    [Fact]
    public async Task State_shows_what_it_replaced()
    {
        var room = await RoomAsync();
        var first = await room.SetAsync("m.room.topic", """{"topic":"one"}""");
        var second = await room.SetAsync("m.room.topic", """{"topic":"two"}""");
        var shown = await _fixture.ShowAsync(second, Bob);

        Assert.Equal("", shown.GetProperty("state_key").GetString());
        Assert.Equal("one", Unsigned(shown).GetProperty("prev_content").GetProperty("topic").GetString());
        Assert.Equal(first.EventId.Value, Unsigned(shown).GetProperty("replaces_state").GetString());
        Assert.Equal(Alice.Value, Unsigned(shown).GetProperty("prev_sender").GetString());
    }

    [Fact]
    public async Task State_that_the_viewer_may_not_see_is_not_shown_as_replaced()
    {
        var room = await _fixture.Room().CreateAsync("joined");
        await room.SetAsync("m.room.topic", """{"topic":"secret"}""");
        await room.MemberAsync(Bob, "join");
        var second = await room.SetAsync("m.room.topic", """{"topic":"two"}""");

        Assert.False(Unsigned(await _fixture.ShowAsync(second, Bob)).TryGetProperty("prev_content", out _));
        Assert.True(Unsigned(await _fixture.ShowAsync(second, Alice)).TryGetProperty("prev_content", out _));
    }

    [Fact]
    public async Task Membership_is_the_viewers_at_the_event()
    {
        var room = await _fixture.Room().CreateAsync("world_readable");
        var early = await room.SayAsync(Alice);
        var invited = await room.MemberAsync(Bob, "invite", Alice);
        var joined = await room.MemberAsync(Bob, "join");

        Assert.Equal("leave", Membership(await _fixture.ShowAsync(early, Bob)));
        Assert.Equal("invite", Membership(await _fixture.ShowAsync(invited, Bob)));
        Assert.Equal("join", Membership(await _fixture.ShowAsync(joined, Bob)));
        Assert.Equal("leave", Membership(await _fixture.ShowAsync(joined, Carol)));
    }

    [Fact]
    public async Task The_target_of_a_redaction_stands_beside_and_in_the_content_whatever_the_room_version()
    {
        var room = await RoomAsync();
        var said = await room.SayAsync(Alice);
        var redaction = await room.RedactAsync(Alice, said);
        var old = room.Build("m.room.redaction", """{"reason":"x"}""", Alice, null);
        var json = Encoding.UTF8.GetString(old.Json.Span).Replace("\"room_id\"", $"\"redacts\":\"{said.EventId}\",\"room_id\"", StringComparison.Ordinal);
        await room.AppendAsync(With(old, json));

        var shownNew = await _fixture.ShowAsync(redaction, Bob);
        var shownOld = await _fixture.ShowAsync(old, Bob);
        foreach (var shown in new[] { shownNew, shownOld })
        {
            Assert.Equal(said.EventId.Value, shown.GetProperty("redacts").GetString());
            Assert.Equal(said.EventId.Value, shown.GetProperty("content").GetProperty("redacts").GetString());
        }

        Assert.Equal("x", shownOld.GetProperty("content").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_redacted_event_says_by_what()
    {
        var room = await RoomAsync();
        var said = await room.SayAsync(Alice);
        var redaction = await room.RedactAsync(Alice, said);
        var shown = await _fixture.ShowAsync(said, Bob);

        Assert.Equal("{}", shown.GetProperty("content").GetRawText());
        var because = Unsigned(shown).GetProperty("redacted_because");
        Assert.Equal(redaction.EventId.Value, because.GetProperty("event_id").GetString());
        Assert.Equal("test", because.GetProperty("content").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Edits_threads_and_references_are_bundled()
    {
        var room = await RoomAsync();
        var said = await room.SayAsync(Alice);
        var edit = await room.EditAsync(Alice, said);
        await room.RelateAsync(Bob, said, "m.thread");
        var reply = await room.RelateAsync(Alice, said, "m.thread");
        var replyEdit = await room.EditAsync(Alice, reply);
        var reference = await room.RelateAsync(Bob, said, "m.reference");

        var relations = Unsigned(await _fixture.ShowAsync(said, Bob)).GetProperty("m.relations");
        Assert.Equal(edit.EventId.Value, relations.GetProperty("m.replace").GetProperty("event_id").GetString());
        Assert.Equal("edited", relations.GetProperty("m.replace").GetProperty("content").GetProperty("m.new_content").GetProperty("body").GetString());
        var thread = relations.GetProperty("m.thread");
        Assert.Equal(2, thread.GetProperty("count").GetInt32());
        Assert.True(thread.GetProperty("current_user_participated").GetBoolean());
        Assert.Equal(reply.EventId.Value, thread.GetProperty("latest_event").GetProperty("event_id").GetString());
        Assert.Equal(
            replyEdit.EventId.Value,
            Unsigned(thread.GetProperty("latest_event")).GetProperty("m.relations").GetProperty("m.replace").GetProperty("event_id").GetString());
        Assert.Equal(reference.EventId.Value, relations.GetProperty("m.reference").GetProperty("chunk")[0].GetProperty("event_id").GetString());
        Assert.False(Unsigned(await _fixture.ShowAsync(said, Carol)).GetProperty("m.relations").GetProperty("m.thread").GetProperty("current_user_participated").GetBoolean());
    }

    [Fact]
    public async Task State_events_and_edits_carry_no_bundles()
    {
        var room = await RoomAsync();
        var topic = await room.SetAsync("m.room.topic", """{"topic":"one"}""");
        var said = await room.SayAsync(Alice);
        var edit = await room.EditAsync(Alice, said);
        await room.RelateAsync(Alice, topic, "m.reference");
        await room.RelateAsync(Alice, edit, "m.reference");

        Assert.False(Unsigned(await _fixture.ShowAsync(topic, Bob)).TryGetProperty("m.relations", out _));
        Assert.False(Unsigned(await _fixture.ShowAsync(edit, Bob)).TryGetProperty("m.relations", out _));
    }

    [Fact]
    public async Task An_edit_after_the_viewer_left_is_not_bundled()
    {
        var room = await RoomAsync();
        var said = await room.SayAsync(Alice);
        await room.MemberAsync(Bob, "leave");
        await room.EditAsync(Alice, said);

        Assert.False(Unsigned(await _fixture.ShowAsync(said, Bob)).TryGetProperty("m.relations", out _));
        Assert.True(Unsigned(await _fixture.ShowAsync(said, Alice)).TryGetProperty("m.relations", out _));
    }

    [Fact]
    public async Task An_event_that_many_wait_for_is_built_once_and_costs_no_query_per_viewer()
    {
        var room = await RoomAsync();
        await room.RelateAsync(Alice, await room.SayAsync(Alice), "m.thread");
        var said = await room.SayAsync(Alice);
        var rooms = _fixture.OpenRooms();
        var formatter = _fixture.Formatter(rooms);
        var recent = (await rooms.FindAsync(room.RoomId, default))!.Current.Recent;
        await formatter.PrepareAsync(recent, new EventViewer(Alice, Phone), default);
        var form = recent[^1].Derived;
        var before = _fixture.Store.Queries;
        for (var i = 0; i < 10; i++)
            await formatter.PrepareAsync([recent[^1], recent[^2]], new EventViewer(i % 2 == 0 ? Alice : Bob, Phone), default);

        Assert.Equal(said.EventId, recent[^1].EventId);
        Assert.Same(form, recent[^1].Derived);
        Assert.Equal(before, _fixture.Store.Queries);
    }

    [Fact]
    public async Task A_writer_that_validates_gets_the_same_object()
    {
        var room = await RoomAsync();
        var said = await room.SayAsync(Alice);
        await room.EditAsync(Alice, said);
        var prepared = await _fixture.Formatter().PrepareAsync([said], new EventViewer(Alice, null), default);

        var spliced = TimelineFixture.Written(writer => prepared.Write(writer, said, true), skipValidation: true);
        var validated = TimelineFixture.Written(writer => prepared.Write(writer, said, true), skipValidation: false);
        Assert.Equal(spliced.GetRawText(), validated.GetRawText());
    }

    [Fact]
    public async Task Stripped_state_has_four_members()
    {
        var room = await RoomAsync();
        var topic = await room.SetAsync("m.room.topic", """{"topic":"one"}""");
        var stripped = TimelineFixture.Written(writer => ClientEventFormatter.WriteStripped(writer, topic), skipValidation: false);

        Assert.Equal($$"""{"content":{"topic":"one"},"sender":"{{Alice}}","state_key":"","type":"m.room.topic"}""", stripped.GetRawText());
    }

    public void Dispose() => _fixture.Dispose();

    static JsonElement Unsigned(JsonElement shown) => shown.GetProperty("unsigned");

    static string? Membership(JsonElement shown) => Unsigned(shown).GetProperty("membership").GetString();

    static StoredEvent With(StoredEvent stored, string json) => new()
    {
        EventId = stored.EventId,
        RoomId = stored.RoomId,
        Type = stored.Type,
        Sender = stored.Sender,
        OriginServerTs = stored.OriginServerTs,
        Depth = stored.Depth,
        Json = Encoding.UTF8.GetBytes(json),
    };

    async Task<TestRoom> RoomAsync()
    {
        var room = await _fixture.Room().CreateAsync("shared");
        await room.MemberAsync(Bob, "join");
        await room.MemberAsync(Carol, "join");
        return room;
    }
}
