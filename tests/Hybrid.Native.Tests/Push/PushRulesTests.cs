using System.Text;

namespace Hybrid.Native.Tests.Push;

public class PushRulesTests
{
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
        var verdicts = new PushVerdict[members.Length];

        PushRules.Evaluate(Message("some CAKE of GRÖSSE or größe"), Group, members, verdicts);

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
    public void Thousands_of_members_are_one_call()
    {
        var members = Enumerable.Range(0, 5000).Select(number => new PushMember($"@user{number}:x", "Nämé", PushRuleSet.Default)).ToArray();
        var verdicts = new PushVerdict[members.Length];

        PushRules.Evaluate(Event("m.room.message", """{"body":"hi","m.mentions":{"user_ids":["@user4711:x"]}}"""), Group, members, verdicts);

        Assert.Equal(Loud, verdicts[4711]);
        Assert.Equal(4999, verdicts.Count(verdict => verdict == PushVerdict.Notify));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"type":"x"} trailing""")]
    public void What_is_no_event_is_refused_and_writes_nothing(string json)
    {
        PushVerdict[] verdicts = [Loud];

        var exception = Assert.Throws<NativeException>(() => PushRules.Evaluate(
            Encoding.UTF8.GetBytes(json), Group, [new PushMember("@alice:x", null, PushRuleSet.Default)], verdicts));

        Assert.Equal(NativeStatus.PushEventMalformed, exception.Status);
        Assert.Equal([Loud], verdicts);
    }

    [Fact]
    public void No_members_are_no_work()
    {
        PushVerdict[] verdicts = [Loud];

        PushRules.Evaluate(Message("hi"), Group, [], verdicts);

        Assert.Equal([Loud], verdicts);
    }

    [Fact]
    public void Each_member_needs_a_verdict_an_id_and_rules()
    {
        PushMember[] members = [new("@alice:x", null, PushRuleSet.Default), new("@bob:x", null, PushRuleSet.Default)];

        Assert.Throws<ArgumentException>(() => PushRules.Evaluate(Message("hi"), Group, members, new PushVerdict[1]));
        Assert.Throws<ArgumentNullException>(() => PushRules.Evaluate(Message("hi"), Group, [default], new PushVerdict[1]));
        Assert.Throws<ArgumentNullException>(() =>
            PushRules.Evaluate(Message("hi"), Group, [new PushMember("@a:x", null, null!)], new PushVerdict[1]));
    }

    [Fact]
    public void Disposed_rules_are_refused_and_the_others_stay_usable()
    {
        using var alive = Rules("""{"underride":[{"rule_id":"u","actions":["notify"]}]}""");
        var disposed = Rules("{}");
        disposed.Dispose();
        PushMember[] members = [new("@alice:x", null, alive), new("@carol:x", null, disposed)];
        var verdicts = new PushVerdict[2];

        Assert.Throws<ObjectDisposedException>(() => PushRules.Evaluate(Message("hi"), Group, members, verdicts));
        Assert.Throws<ObjectDisposedException>(() => PushRules.Actions(Message("hi"), Group, members[1]));
        PushRules.Evaluate(Message("hi"), Group, members.AsSpan(0, 1), verdicts);

        Assert.Equal(PushVerdict.Notify, verdicts[0]);
    }

    [Fact]
    public void Rules_can_be_used_and_disposed_on_different_threads()
    {
        for (var round = 0; round < 50; round++)
        {
            var rules = Rules("""{"underride":[{"rule_id":"u","actions":["notify"]}]}""");
            Parallel.Invoke(
                () =>
                {
                    var verdicts = new PushVerdict[1];
                    try
                    {
                        PushRules.Evaluate(Message("hi"), Group, [new PushMember("@alice:x", null, rules)], verdicts);
                        Assert.Equal(PushVerdict.Notify, verdicts[0]);
                    }
                    catch (ObjectDisposedException)
                    {
                        Assert.True(rules.Handle.IsClosed);
                    }
                },
                rules.Dispose);
        }
    }

    static PushRuleSet Rules(string json) => PushRuleSet.Compile(Encoding.UTF8.GetBytes(json));

    static byte[] Message(string body) => Event("m.room.message", $$"""{"msgtype":"m.text","body":"{{body}}"}""");

    static byte[] Event(string type, string content) => Encoding.UTF8.GetBytes(
        $$"""{"type":"{{type}}","sender":"@bob:x","room_id":"!room:x","content":{{content}}}""");

    static PushVerdict[] Evaluate(byte[] json, in PushRoomContext room, params string[] userIds)
    {
        var verdicts = new PushVerdict[userIds.Length];
        PushRules.Evaluate(json, room, [.. userIds.Select(userId => new PushMember(userId, null, PushRuleSet.Default))], verdicts);
        return verdicts;
    }
}
