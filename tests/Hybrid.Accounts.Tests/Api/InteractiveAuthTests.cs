using Xunit;

namespace Hybrid.Accounts.Tests.Api;

public sealed class InteractiveAuthTests
{
    const string Device = """{"devices":["OTHER"]""";

    [Fact]
    public async Task A_request_without_auth_is_told_the_flows_and_a_session()
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice");

        var challenge = await host.PostAsync("delete_devices", Device + "}", token);

        Assert.Equal(401, challenge.Status);
        Assert.Null(challenge.Code);
        Assert.Equal("""[{"stages":["m.login.password"]}]""", challenge.Json["flows"]!.ToJsonString());
        Assert.Equal("{}", challenge.Json["params"]!.ToJsonString());
        Assert.Equal("[]", challenge.Json["completed"]!.ToJsonString());
        Assert.NotEmpty(challenge["session"]);
    }

    [Theory]
    [InlineData("""{"type":"m.login.password","password":"correct horse","identifier":{"type":"m.id.user","user":"@alice:test"},"session":"$"}""", 200, null)]
    [InlineData("""{"type":"m.login.password","password":"correct horse","identifier":{"type":"m.id.user","user":"alice"},"session":"$"}""", 200, null)]
    [InlineData("""{"type":"m.login.password","password":"correct horse","user":"alice","session":"$"}""", 200, null)]
    [InlineData("""{"type":"m.login.password","password":"correct horse","user":"alice"}""", 200, null)]
    [InlineData("""{"type":"m.login.password","password":"correct horse","user":"alice","session":"before a restart"}""", 200, null)]
    [InlineData("""{"type":"m.login.password","password":"wrong","user":"alice","session":"$"}""", 401, "M_FORBIDDEN")]
    [InlineData("""{"type":"m.login.password","password":"correct horse","user":"bob","session":"$"}""", 401, "M_FORBIDDEN")]
    [InlineData("""{"type":"m.login.dummy","session":"$"}""", 401, "M_FORBIDDEN")]
    [InlineData("""{"session":"$"}""", 401, null)]
    [InlineData("""{"type":"m.login.password","user":"alice","session":"$"}""", 400, "M_MISSING_PARAM")]
    [InlineData("""{"type":"m.login.password","password":"correct horse","session":"$"}""", 400, "M_MISSING_PARAM")]
    [InlineData("""{"type":"m.login.password","password":"x","identifier":{"type":"m.id.thirdparty","medium":"email","address":"a@b"},"session":"$"}""", 403, "M_FORBIDDEN")]
    [InlineData("""{"type":5,"session":"$"}""", 400, "M_BAD_JSON")]
    [InlineData("\"yes\"", 400, "M_BAD_JSON")]
    public async Task An_attempt_succeeds_or_says_why_not(string auth, int status, string? code)
    {
        await using var host = await AccountsHost.StartAsync();
        await host.CreateAsync("bob");
        var token = await host.EnterAsync("alice");
        var session = (await host.PostAsync("delete_devices", Device + "}", token))["session"];

        var answer = await host.PostAsync("delete_devices", $"{Device},\"auth\":{auth.Replace("$", session, StringComparison.Ordinal)}}}", token);

        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal(status == 401, answer.Json.ContainsKey("flows"));
    }

    [Fact]
    public async Task A_session_authenticates_only_the_request_it_was_begun_for()
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice");
        var session = (await host.PostAsync("delete_devices", """{"devices":["OTHER"]}""", token))["session"];
        var auth = $$$""" "auth":{"type":"m.login.password","password":"correct horse","user":"alice","session":"{{{session}}}"} """;

        var other = await host.PostAsync("delete_devices", $$"""{"devices":["ANOTHER"],{{auth}}}""", token);
        Assert.Equal((403, "M_FORBIDDEN"), (other.Status, other.Code));
        var elsewhere = await host.SendAsync("DELETE", "devices/OTHER", $$"""{{{auth}}}""", token);
        Assert.Equal((403, "M_FORBIDDEN"), (elsewhere.Status, elsewhere.Code));

        Assert.Equal(200, (await host.PostAsync("delete_devices", $$"""{{{auth}},"devices":["OTHER"]}""", token)).Status);
    }

    [Fact]
    public async Task A_session_is_good_for_one_request()
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice");
        var session = (await host.PostAsync("delete_devices", Device + "}", token))["session"];
        var auth = $$$"""{"type":"m.login.password","password":"correct horse","user":"alice","session":"{{{session}}}"}""";
        Assert.Equal(200, (await host.PostAsync("delete_devices", $"{Device},\"auth\":{auth}}}", token)).Status);

        var again = await host.PostAsync("delete_devices", $$$"""{{{Device}}},"auth":{"session":"{{{session}}}"}}""", token);

        Assert.Equal(401, again.Status);
        Assert.NotEqual(session, again["session"]);
    }
}
