using System.Text.Json;

namespace Hybrid.Primitives.Tests;

/// <summary>The grammar of identifiers (specification, appendices, "Identifier Grammar").</summary>
public sealed class IdentifierTests
{
    [Theory]
    [InlineData("matrix.org")]
    [InlineData("matrix.org:8448")]
    [InlineData("localhost")]
    [InlineData("1.2.3.4")]
    [InlineData("1.2.3.4:80")]
    [InlineData("[2001:db8::1]")]
    [InlineData("[::1]:8448")]
    [InlineData("[::ffff:1.2.3.4]")]
    public void Server_names_are_hosts_with_or_without_a_port(string text)
    {
        Assert.True(ServerName.TryParse(text, out var name));
        Assert.Equal(text, name.Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(":8448")]
    [InlineData("matrix.org:")]
    [InlineData("matrix.org:port")]
    [InlineData("matrix.org:123456")]
    [InlineData("matrix org")]
    [InlineData("mätrix.org")]
    [InlineData("matrix.org/path")]
    [InlineData("2001:db8::1")]
    [InlineData("[2001:db8::1")]
    [InlineData("[]")]
    [InlineData("[1.2.3.4]")]
    [InlineData("[fe80::1%1]")]
    [InlineData("[2001:db8::1/64]")]
    [InlineData("a_b.org")]
    public void What_is_no_host_is_no_server_name(string? text) => Assert.False(ServerName.TryParse(text, out _));

    [Theory]
    [InlineData("@alice:example.org", "alice", "example.org")]
    [InlineData("@a/b=c+d._-:[::1]:80", "a/b=c+d._-", "[::1]:80")]
    [InlineData("@Old User ü:example.org", "Old User ü", "example.org")]
    [InlineData("@:example.org", "", "example.org")]
    public void User_ids_of_old_are_users_too(string text, string localpart, string server)
    {
        Assert.True(UserId.TryParse(text, out var user));
        Assert.Equal((localpart, server), (user.Localpart, user.Server.Value));
    }

    [Theory]
    [InlineData("alice:example.org")]
    [InlineData("@alice")]
    [InlineData("@alice:")]
    [InlineData("@alice:example org")]
    [InlineData("@al\0ice:example.org")]
    [InlineData("#alice:example.org")]
    public void What_has_no_sigil_or_no_server_is_no_user(string text)
    {
        Assert.False(UserId.TryParse(text, out _));
        Assert.Throws<FormatException>(() => UserId.Parse(text));
    }

    [Fact]
    public void Identifiers_have_255_bytes_at_most()
    {
        const string Server = ":example.org";
        Assert.True(UserId.TryParse($"@{new string('a', 254 - Server.Length)}{Server}", out _));
        Assert.False(UserId.TryParse($"@{new string('a', 255 - Server.Length)}{Server}", out _));
        Assert.False(UserId.TryParse($"@{new string('ü', 128)}{Server}", out _));
    }

    [Theory]
    [InlineData("alice.b-c_d=e/f+0", true)]
    [InlineData("Alice", false)]
    [InlineData("alice:b", false)]
    [InlineData("älice", false)]
    [InlineData("", false)]
    public void New_accounts_take_the_strict_grammar(string localpart, bool allowed) =>
        Assert.Equal(allowed, UserId.IsRegistrable(localpart));

    [Fact]
    public void Rooms_and_events_need_no_server_and_aliases_do()
    {
        Assert.True(RoomId.TryParse("!opaque:example.org", out _));
        Assert.True(RoomId.TryParse("!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM", out _));
        Assert.True(EventId.TryParse("$opaque:example.org", out _));
        Assert.True(EventId.TryParse("$31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM", out _));
        Assert.True(RoomAlias.TryParse("#room:example.org", out _));
        Assert.False(RoomAlias.TryParse("#room", out _));
        Assert.False(RoomId.TryParse("!", out _));
        Assert.False(EventId.TryParse("!event", out _));
    }

    [Fact]
    public void In_JSON_they_are_strings_and_others_are_refused()
    {
        Assert.Equal("\"@a:b\"", JsonSerializer.Serialize(UserId.Parse("@a:b")));
        Assert.Equal(UserId.Parse("@a:b"), JsonSerializer.Deserialize<UserId>("\"@a:b\""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<UserId>("\"a\""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<UserId>("1"));
    }
}
