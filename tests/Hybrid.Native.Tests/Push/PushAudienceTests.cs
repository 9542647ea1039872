using System.Text;

namespace Hybrid.Native.Tests.Push;

public class PushAudienceTests
{
    const string Room = "!room:x";
    const PushVerdict Noisy = PushVerdict.Notify | PushVerdict.Sound;
    const PushVerdict Loud = PushVerdict.Notify | PushVerdict.Highlight | PushVerdict.Sound;

    static readonly PushRoomContext Group = new(5, 0, default);
    static readonly PushRoomContext Pair = new(2, 0, default);

    [Fact]
    public void A_message_notifies_everyone_but_its_sender()
    {
        var verdicts = Evaluate(Message("hi"), Group, "@alice:x", "@bob:x", "@carol:x");

        Assert.Equal([PushVerdict.Notify, PushVerdict.None, PushVerdict.Notify], verdicts);
        Assert.Equal([Noisy, PushVerdict.None], Evaluate(Message("hi"), Pair, "@alice:x", "@bob:x"));
    }

    [Fact]
    public void A_mention_is_for_the_mentioned_though_all_share_one_rule_set()
    {
        var mention = Event("m.room.message", """{"body":"hi","m.mentions":{"user_ids":["@carol:x","@dora:x"]}}""");

        var verdicts = Evaluate(mention, Group, "@alice:x", "@bob:x", "@carol:x", "@dora:x", "@dor:x");

        Assert.Equal([PushVerdict.Notify, PushVerdict.None, Loud, Loud, PushVerdict.Notify], verdicts);
    }

    [Fact]
    public void An_invite_is_for_the_invited()
    {
        var invite = Encoding.UTF8.GetBytes(
            """{"type":"m.room.member","sender":"@bob:x","state_key":"@carol:x","content":{"membership":"invite"}}""");

        Assert.Equal([PushVerdict.None, Noisy], Evaluate(invite, Group, "@alice:x", "@carol:x"));
    }

    [Theory]
    [InlineData(49, "", PushVerdict.Notify)]
    [InlineData(50, "", PushVerdict.Notify | PushVerdict.Highlight)]
    [InlineData(50, """{"notifications":{"room":51}}""", PushVerdict.Notify)]
    [InlineData(0, """{"notifications":{"room":0}}""", PushVerdict.Notify | PushVerdict.Highlight)]
    [InlineData(long.MaxValue, """{"notifications":{"room":9007199254740991}}""", PushVerdict.Notify | PushVerdict.Highlight)]
    public void A_room_mention_needs_power(long level, string levels, PushVerdict expected)
    {
        var shout = Event("m.room.message", """{"body":"all","m.mentions":{"room":true}}""");

        var verdicts = Evaluate(shout, new PushRoomContext(5, level, Encoding.UTF8.GetBytes(levels)), "@alice:x");

        Assert.Equal([expected], verdicts);
    }

    [Fact]
    public void Own_rules_and_shared_rules_stand_side_by_side()
    {
        using var cake = Rules("""{"content":[{"rule_id":"c","pattern":"ca?e","actions":["notify",{"set_tweak":"highlight"}]}]}""");
        using var named = Rules("""{"override":[{"rule_id":"n","actions":["notify"],"conditions":[{"kind":"contains_display_name"}]}]}""");
        PushMember[] members =
        [
            new("@1:x", null, PushRuleSet.Default),
            new("@2:x", null, cake),
            new("@3:x", "Größe", named),
            new("@4:x", "nobody", named),
            new("@5:x", null, named),
            new("@6:x", null, cake),
            new("@7:x", null, PushRuleSet.Default),
        ];

        var verdicts = Evaluate(Message("some CAKE of GRÖSSE or größe"), Group, members);

        var highlight = PushVerdict.Notify | PushVerdict.Highlight;
        Assert.Equal(
            [PushVerdict.Notify, highlight, PushVerdict.Notify, PushVerdict.None, PushVerdict.None, highlight, PushVerdict.Notify],
            verdicts);
    }

    [Fact]
    public void The_deciding_rules_actions_are_told_in_full()
    {
        using var ring = Rules("""{"underride":[{"rule_id":"u","actions":["notify","coalesce",{"set_tweak":"sound","value":"ring.wav"},{"x":1}]}]}""");

        var actions = PushRules.Actions(Message("hi"), Group, new PushMember("@alice:x", null, ring));
        var none = PushRules.Actions(Message("hi"), Group, new PushMember("@bob:x", null, ring));

        Assert.Equal("""["notify",{"set_tweak":"sound","value":"ring.wav"},{"x":1}]""", Encoding.UTF8.GetString(actions));
        Assert.Equal("[]", Encoding.UTF8.GetString(none));
    }

    [Fact]
    public void Thousands_of_members_are_one_call_and_only_the_mentioned_are_listed()
    {
        using var audience = new PushAudience(Room);
        var members = Enumerable.Range(0, 5000).Select(number => new PushMember($"@user{number}:x", "Nämé", PushRuleSet.Default)).ToArray();
        var numbers = new uint[members.Length];
        audience.Set(members, numbers);

        var outcome = audience.Evaluate(Event("m.room.message", """{"body":"hi","m.mentions":{"user_ids":["@user4711:x"]}}"""), Group);

        Assert.Equal(PushVerdict.Notify, outcome.Everyone);
        Assert.Equal([new PushException(numbers[4711], Loud)], outcome.Exceptions);
    }

    [Fact]
    public void Members_come_change_and_go()
    {
        using var audience = new PushAudience(Room);
        using var silent = Rules("{}");
        var alice = audience.Set(new PushMember("@alice:x", null, PushRuleSet.Default));
        var carol = audience.Set(new PushMember("@carol:x", null, silent));

        Assert.NotEqual(alice, carol);
        Assert.Single(audience.Evaluate(Message("hi"), Group).Exceptions);
        Assert.Equal(carol, audience.Set(new PushMember("@carol:x", null, PushRuleSet.Default)));
        Assert.Empty(audience.Evaluate(Message("hi"), Group).Exceptions);
        Assert.Equal(alice, audience.Remove("@alice:x"));
        Assert.Null(audience.Remove("@alice:x"));
        Assert.Equal(carol, audience.Remove("@carol:x"));
        Assert.Equal(PushVerdict.None, audience.Evaluate(Message("hi"), Group).Everyone);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"type":"x"} trailing""")]
    public void What_is_no_event_is_refused(string json)
    {
        using var audience = new PushAudience(Room);
        audience.Set(new PushMember("@alice:x", null, PushRuleSet.Default));

        var exception = Assert.Throws<NativeException>(() => audience.Evaluate(Encoding.UTF8.GetBytes(json), Group));

        Assert.Equal(NativeStatus.PushEventMalformed, exception.Status);
    }

    [Fact]
    public void Each_member_needs_a_number_an_id_and_rules()
    {
        using var audience = new PushAudience(Room);
        PushMember[] members = [new("@alice:x", null, PushRuleSet.Default), new("@bob:x", null, PushRuleSet.Default)];

        audience.Set([], []);
        Assert.Throws<ArgumentException>(() => audience.Set(members, new uint[1]));
        Assert.Throws<ArgumentNullException>(() => audience.Set([default], new uint[1]));
        Assert.Throws<ArgumentNullException>(() => audience.Set([new PushMember("@a:x", null, null!)], new uint[1]));
        Assert.Equal(PushVerdict.None, audience.Evaluate(Message("hi"), Group).Everyone);
    }

    [Fact]
    public void Disposed_rules_are_refused_and_add_nobody()
    {
        using var audience = new PushAudience(Room);
        using var alive = Rules("""{"underride":[{"rule_id":"u","actions":["notify"]}]}""");
        var disposed = Rules("{}");
        disposed.Dispose();
        PushMember[] members = [new("@alice:x", null, alive), new("@carol:x", null, disposed)];

        Assert.Throws<ObjectDisposedException>(() => audience.Set(members, new uint[2]));
        Assert.Throws<ObjectDisposedException>(() => PushRules.Actions(Message("hi"), Group, members[1]));
        Assert.Null(audience.Remove("@alice:x"));
    }

    [Fact]
    public void Rules_live_on_in_the_audience_after_they_are_disposed()
    {
        using var audience = new PushAudience(Room);
        var rules = Rules("""{"underride":[{"rule_id":"u","actions":["notify"]}]}""");
        audience.Set(new PushMember("@alice:x", null, rules));
        rules.Dispose();

        Assert.Equal(PushVerdict.Notify, audience.Evaluate(Message("hi"), Group).Everyone);
    }

    [Fact]
    public void A_disposed_audience_is_refused()
    {
        var audience = new PushAudience(Room);
        audience.Dispose();
        audience.Dispose();

        Assert.Throws<ObjectDisposedException>(() => audience.Set(new PushMember("@a:x", null, PushRuleSet.Default)));
        Assert.Throws<ObjectDisposedException>(() => audience.Remove("@a:x"));
        Assert.Throws<ObjectDisposedException>(() => audience.Evaluate(Message("hi"), Group));
    }

    [Fact]
    public void An_audience_can_be_used_changed_and_disposed_on_different_threads()
    {
        for (var round = 0; round < 50; round++)
        {
            var audience = new PushAudience(Room);
            audience.Set(new PushMember("@alice:x", null, PushRuleSet.Default));
            Parallel.Invoke(
                () => Expect(() => Assert.Equal(PushVerdict.Notify, audience.Evaluate(Message("hi"), Group).Everyone)),
                () => Expect(() => audience.Set(new PushMember("@carol:x", null, PushRuleSet.Default))),
                () => Expect(() => audience.Remove("@carol:x")),
                audience.Dispose);
        }

        static void Expect(Action use)
        {
            try
            {
                use();
            }
            catch (ObjectDisposedException exception)
            {
                Assert.Contains(nameof(PushAudienceHandle), exception.ObjectName, StringComparison.Ordinal);
            }
        }
    }

    static PushRuleSet Rules(string json) => PushRuleSet.Compile(Encoding.UTF8.GetBytes(json), "@nobody:x");

    static byte[] Message(string body) => Event("m.room.message", $$"""{"msgtype":"m.text","body":"{{body}}"}""");

    static byte[] Event(string type, string content) => Encoding.UTF8.GetBytes(
        $$"""{"type":"{{type}}","sender":"@bob:x","room_id":"{{Room}}","content":{{content}}}""");

    static PushVerdict[] Evaluate(byte[] json, in PushRoomContext room, params string[] userIds) =>
        Evaluate(json, room, [.. userIds.Select(userId => new PushMember(userId, null, PushRuleSet.Default))]);

    static PushVerdict[] Evaluate(byte[] json, in PushRoomContext room, PushMember[] members)
    {
        using var audience = new PushAudience(Room);
        var numbers = new uint[members.Length];
        audience.Set(members, numbers);
        var outcome = audience.Evaluate(json, room);
        return
        [
            .. numbers.Select(number => outcome.Exceptions
                .Where(exception => exception.Member == number)
                .Select(static exception => exception.Verdict)
                .DefaultIfEmpty(outcome.Everyone)
                .Single()),
        ];
    }
}
