using Xunit;

namespace Hybrid.Accounts.Tests.Api;

public sealed class ProfileTests
{
    [Fact]
    public async Task Display_name_and_avatar_are_shown_in_rooms_and_other_fields_are_not()
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice");

        await SetAsync(host, token, "displayname", "\"Alice ✨\"");
        await SetAsync(host, token, "avatar_url", "\"mxc://test/picture\"");
        await SetAsync(host, token, "m.tz", "\"Europe/Berlin\"");
        await SetAsync(host, token, "org.example.job", """{"title":["x", 1.5]}""");

        Assert.Equal(
            [(TestDatabase.Alice, "Alice ✨", null), (TestDatabase.Alice, "Alice ✨", "mxc://test/picture")],
            host.Rooms.Shown);
        var profile = (await host.GetAsync("profile/@alice:test")).Json;
        Assert.Equal(["avatar_url", "displayname", "m.tz", "org.example.job"], profile.Select(field => field.Key).Order(StringComparer.Ordinal));
        Assert.Equal("""{"org.example.job":{"title":["x",1.5]}}""", (await host.GetAsync("profile/@alice:test/org.example.job")).Json.ToJsonString());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    public async Task An_empty_display_name_is_no_display_name(string value)
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice");

        Assert.Equal(200, (await SetAsync(host, token, "displayname", value)).Status);

        Assert.Equal("M_NOT_FOUND", (await host.GetAsync("profile/@alice:test/displayname")).Code);
        Assert.Equal("{}", (await host.GetAsync("profile/@alice:test")).Json.ToJsonString());
        Assert.Equal([(TestDatabase.Alice, null, null)], host.Rooms.Shown);
    }

    [Fact]
    public async Task A_field_is_deleted_whether_it_is_there_or_not()
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice");
        await SetAsync(host, token, "m.tz", "\"UTC\"");

        Assert.Equal(200, (await host.SendAsync("DELETE", "profile/@alice:test/m.tz", null, token)).Status);
        Assert.Equal(200, (await host.SendAsync("DELETE", "profile/@alice:test/m.tz", null, token)).Status);

        Assert.Equal("M_NOT_FOUND", (await host.GetAsync("profile/@alice:test/m.tz")).Code);
        Assert.Equal("M_INVALID_PARAM", (await host.SendAsync("DELETE", "profile/@alice:test/Not-A-Field", null, token)).Code);
    }

    [Theory]
    [InlineData("@alice:test/displayname", """{"other":"x"}""", 400, "M_MISSING_PARAM")]
    [InlineData("@alice:test/displayname", """{"displayname":5}""", 400, "M_INVALID_PARAM")]
    [InlineData("@alice:test/displayname", "{", 400, "M_NOT_JSON")]
    [InlineData("@alice:test/avatar_url", """{"avatar_url":"https://example.org/a.png"}""", 400, "M_INVALID_PARAM")]
    [InlineData("@alice:test/m.tz", """{"m.tz":5}""", 400, "M_INVALID_PARAM")]
    [InlineData("@alice:test/unknown", """{"unknown":"x"}""", 400, "M_INVALID_PARAM")]
    [InlineData("@bob:test/displayname", """{"displayname":"x"}""", 403, "M_FORBIDDEN")]
    [InlineData("alice/displayname", """{"displayname":"x"}""", 400, "M_INVALID_PARAM")]
    public async Task A_change_that_is_wrong_gets_its_errcode(string path, string body, int status, string code)
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice");

        var answer = await host.SendAsync("PUT", $"profile/{path}", body, token);

        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Empty(host.Rooms.Shown);
    }

    [Fact]
    public async Task Fields_and_profiles_have_limits()
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice");

        var longName = "org." + new string('a', 252);
        Assert.Equal("M_KEY_TOO_LARGE", (await SetAsync(host, token, longName, "1")).Code);
        Assert.Equal("M_INVALID_PARAM", (await SetAsync(host, token, "displayname", $"\"{new string('a', 257)}\"")).Code);
        Assert.Equal(200, (await SetAsync(host, token, "org.example.big", $"\"{new string('a', 60_000)}\"")).Status);
        Assert.Equal((400, "M_PROFILE_TOO_LARGE"), (await SetAsync(host, token, "org.example.more", $"\"{new string('a', 6_000)}\"")) is var full ? (full.Status, full.Code) : default);
    }

    [Fact]
    public async Task A_profile_that_is_not_there_is_not_found()
    {
        await using var host = await AccountsHost.StartAsync();

        Assert.Equal("M_NOT_FOUND", (await host.GetAsync("profile/@nobody:test")).Code);
        Assert.Equal("M_NOT_FOUND", (await host.GetAsync("profile/@nobody:test/displayname")).Code);
        Assert.Equal("M_INVALID_PARAM", (await host.GetAsync("profile/nobody")).Code);
    }

    static Task<Answer> SetAsync(AccountsHost host, string token, string name, string value) =>
        host.SendAsync("PUT", $"profile/@alice:test/{name}", $$"""{"{{name}}":{{value}}}""", token);
}
