using System.Text;
using Hybrid.Accounts.AccountData;
using Hybrid.Primitives;
using Xunit;

namespace Hybrid.Accounts.Tests.AccountData;

/// <summary>Which list decides about an invitation (MSC4155), and what its patterns mean.</summary>
public sealed class InviteRulesTests
{
    [Theory]
    [InlineData("{}", InviteAction.Allow)]
    [InlineData("""{"allowed_users":["*"],"ignored_users":["*"],"blocked_users":["*"]}""", InviteAction.Allow)]
    [InlineData("""{"ignored_users":["*"],"blocked_users":["*"],"allowed_servers":["*"]}""", InviteAction.Ignore)]
    [InlineData("""{"blocked_users":["*"],"allowed_servers":["*"]}""", InviteAction.Block)]
    [InlineData("""{"allowed_servers":["*"],"ignored_servers":["*"],"blocked_servers":["*"]}""", InviteAction.Allow)]
    [InlineData("""{"ignored_servers":["*"],"blocked_servers":["*"]}""", InviteAction.Ignore)]
    [InlineData("""{"blocked_servers":["*"]}""", InviteAction.Block)]
    [InlineData("""{"enabled":true,"blocked_servers":["*"]}""", InviteAction.Block)]
    [InlineData("""{"enabled":"false","blocked_servers":["*"]}""", InviteAction.Block)]
    [InlineData("""{"enabled":false,"blocked_servers":["*"]}""", InviteAction.Allow)]
    public void The_first_list_that_knows_the_inviter_decides(string content, InviteAction action) =>
        Assert.Equal(action, Rules(content).For(UserId.Parse("@guy:bad.example.org")));

    [Theory]
    [InlineData("blocked_users", "@guy:bad.example.org:8448", true)]
    [InlineData("blocked_users", "@guy:bad.example.org", false)]
    [InlineData("blocked_users", "@g?y:*", true)]
    [InlineData("blocked_users", "@?:*", false)]
    [InlineData("blocked_users", "@GUY:*", true)]
    [InlineData("blocked_users", "guy", false)]
    [InlineData("blocked_servers", "bad.example.org", true)]
    [InlineData("blocked_servers", "bad.example.org:8448", false)]
    [InlineData("blocked_servers", "*.example.org", true)]
    [InlineData("blocked_servers", "example.org", false)]
    [InlineData("blocked_servers", "@guy:*", false)]
    public void Users_are_matched_whole_and_servers_without_their_port(string list, string pattern, bool matches) => Assert.Equal(
        matches ? InviteAction.Block : InviteAction.Allow,
        Rules($$"""{"{{list}}":["{{pattern}}"]}""").For(UserId.Parse("@guy:bad.example.org:8448")));

    [Theory]
    [InlineData("[2001:db8::1]")]
    [InlineData("[2001:db8::1]:8448")]
    public void Of_an_address_in_brackets_only_a_port_is_left_out(string server) =>
        Assert.Equal(InviteAction.Block, Rules("""{"blocked_servers":["[2001:db8::1]"]}""").For(UserId.Parse("@guy:" + server)));

    [Fact]
    public void What_has_the_wrong_shape_is_left_out()
    {
        var content = $$"""{"blocked_users":"*","ignored_users":{"*":1},"blocked_servers":[null,1,"",["*"],"{{new string('*', 256)}}"]}""";

        Assert.Same(InviteRules.None, Rules(content));
    }

    [Theory]
    [InlineData("""{"default_action":"block"}""", InviteAction.Block)]
    [InlineData("""{"default_action":"allow"}""", InviteAction.Allow)]
    [InlineData("""{"default_action":true,"blocked_servers":["*"]}""", InviteAction.Allow)]
    public void The_permission_of_the_specification_knows_all_or_nobody(string content, InviteAction action) =>
        Assert.Equal(action, InviteRules.OfPermission(Encoding.UTF8.GetBytes(content)).For(UserId.Parse("@guy:bad.example.org")));

    static InviteRules Rules(string content) => InviteRules.OfLists(Encoding.UTF8.GetBytes(content));
}
