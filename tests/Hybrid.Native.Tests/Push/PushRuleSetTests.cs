using System.Text.Json;

namespace Hybrid.Native.Tests.Push;

public class PushRuleSetTests
{
    const string User = "@alice:x";

    [Fact]
    public void The_rules_of_a_fresh_account_name_the_user_and_come_in_the_order_of_the_specification()
    {
        using var rules = JsonDocument.Parse(PushRuleSet.DefaultRules("@al\"ice:hybrid.test"));

        string[] Ids(string kind) => [.. rules.RootElement.GetProperty(kind).EnumerateArray().Select(rule => rule.GetProperty("rule_id").GetString()!)];
        Assert.Equal(
            [
                ".m.rule.master", ".m.rule.suppress_notices", ".m.rule.invite_for_me", ".m.rule.member_event",
                ".m.rule.is_user_mention", ".m.rule.is_room_mention", ".m.rule.tombstone", ".m.rule.reaction",
                ".m.rule.room.server_acl", ".m.rule.suppress_edits",
            ],
            Ids("override"));
        Assert.Equal(
            [".m.rule.call", ".m.rule.encrypted_room_one_to_one", ".m.rule.room_one_to_one", ".m.rule.message", ".m.rule.encrypted"],
            Ids("underride"));
        Assert.Empty(Ids("content").Concat(Ids("room")).Concat(Ids("sender")));
        var invite = rules.RootElement.GetProperty("override")[2].GetProperty("conditions")[2];
        Assert.Equal("@al\"ice:hybrid.test", invite.GetProperty("pattern").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"override":{}}""")]
    [InlineData("""{"override":[{"rule_id":"x"}]}""")]
    [InlineData("""{"override":[{"actions":[]}]}""")]
    [InlineData("""{"content":[{"rule_id":"x","actions":[]}]}""")]
    [InlineData("""{"room":[["!r:x",true,[]]]}""")]
    public void What_is_no_rule_set_is_refused(string json) =>
        Assert.Equal(
            NativeStatus.PushRulesMalformed,
            Assert.Throws<NativeException>(() => PushRuleSet.Compile(System.Text.Encoding.UTF8.GetBytes(json), User)).Status);

    [Fact]
    public void Bytes_that_are_no_utf8_are_refused() =>
        Assert.Equal(NativeStatus.PushRulesMalformed, Assert.Throws<NativeException>(() => PushRuleSet.Compile([(byte)'{', 0xFF], User)).Status);

    [Fact]
    public void Only_rules_that_look_for_a_display_name_ask_for_it()
    {
        using var named = PushRuleSet.Compile(
            """{"override":[{"rule_id":"n","actions":["notify"],"conditions":[{"kind":"contains_display_name"}]}]}"""u8, User);

        Assert.True(named.ReadsDisplayName);
        Assert.False(PushRuleSet.Default.ReadsDisplayName);
    }

    [Fact]
    public void The_shared_rules_outlive_their_disposal()
    {
        PushRuleSet.Default.Dispose();

        Assert.Same(PushRuleSet.Default, PushRuleSet.Default);
        Assert.False(PushRuleSet.Default.Handle.IsClosed);
    }

    [Fact]
    public void Rules_may_be_disposed_twice()
    {
        var rules = PushRuleSet.Compile("{}"u8, User);

        rules.Dispose();
        rules.Dispose();

        Assert.True(rules.Handle.IsClosed);
    }
}
