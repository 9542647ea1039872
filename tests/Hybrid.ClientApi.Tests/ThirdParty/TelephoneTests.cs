using System.Text;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Identity;
using Xunit;

namespace Hybrid.ClientApi.Tests.ThirdParty;

/// <summary>Telephone numbers of accounts, with a gateway for text messages and without one.</summary>
public sealed class TelephoneTests
{
    const string Ask = """{"client_secret":"s","country":"GB","phone_number":"07700 900001","send_attempt":1}""";

    [Fact]
    public async Task A_number_is_proven_by_the_code_that_the_gateway_was_given()
    {
        await using var gateway = await OtherServer.StartAsync(tls: false);
        await using var server = await TestServer.StartAsync(settings => settings with { SmsGateway = new SmsOptions { Address = gateway.Address, Token = "let me" } });
        var alice = await server.RegisterAsync();

        var asked = (await alice.PostAsync("account/3pid/msisdn/requestToken", Ask)).Ok;
        var message = await gateway.ReceiveAsync();
        Assert.Equal(("Bearer let me", "+447700900001"), (message.Authorization, (string?)message.Body["to"]));
        var code = ((string)message.Body["text"]!)[..6];
        Assert.All(code, static digit => Assert.True(char.IsAsciiDigit(digit)));

        using var content = new StringContent($$"""{"sid":"{{asked["sid"]}}","client_secret":"s","token":"{{code}}"}""", Encoding.UTF8, "application/json");
        using var submitted = await server.Http.PostAsync(new Uri((string)asked["submit_url"]!).PathAndQuery, content);
        Assert.Equal("""{"success":true}""", await submitted.Content.ReadAsStringAsync());
        Assert.Equal("*", submitted.Headers.GetValues("Access-Control-Allow-Origin").Single());
        (await alice.PostAsync("account/3pid", $$$"""{"three_pid_creds":{"sid":"{{{asked["sid"]}}}","client_secret":"s"}}""")).Ok.Clear();

        var login = """{"type":"m.login.password","password":"correct horse battery","identifier":{"type":"m.id.phone","country":"GB","phone":"07700 900001"}}""";
        using var response = await server.Http.PostAsync("/_matrix/client/v3/login", new StringContent(login));
        Assert.Equal(alice.UserId.Value, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["user_id"]);
    }

    [Theory]
    [InlineData(400, 403, "M_THREEPID_DENIED")]
    [InlineData(429, 503, "M_UNKNOWN")]
    [InlineData(500, 503, "M_UNKNOWN")]
    public async Task A_gateway_that_does_not_take_the_message_fails_the_request(int answer, int status, string code)
    {
        await using var gateway = await OtherServer.StartAsync(tls: false);
        gateway.OnRequest = _ => (answer, "{}");
        await using var server = await TestServer.StartAsync(settings => settings with { SmsGateway = new SmsOptions { Address = gateway.Address } });
        var alice = await server.RegisterAsync();

        (await alice.PostAsync("account/3pid/msisdn/requestToken", Ask)).ShouldBe(status, code);
    }

    [Fact]
    public async Task Without_a_gateway_and_mail_there_are_no_addresses()
    {
        await using var server = await TestServer.StartAsync(static settings => settings);
        var alice = await server.RegisterAsync();

        (await alice.PostAsync("account/3pid/msisdn/requestToken", Ask)).ShouldBe(400, "M_THREEPID_MEDIUM_NOT_SUPPORTED");
        (await alice.PostAsync("account/3pid/email/requestToken", """{"client_secret":"s","email":"a@example.org","send_attempt":1}""")).ShouldBe(400, "M_THREEPID_MEDIUM_NOT_SUPPORTED");
        Assert.False((bool)(await alice.GetAsync("capabilities")).Ok["capabilities"]!["m.3pid_changes"]!["enabled"]!);
    }

    [Theory]
    [InlineData("GB", "not a number")]
    [InlineData("XX", "07700900001")]
    [InlineData("GB", "1")]
    public async Task What_is_no_number_is_refused(string country, string number)
    {
        await using var server = await TestServer.StartAsync(static settings => settings);
        var alice = await server.RegisterAsync();

        (await alice.PostAsync("account/3pid/msisdn/requestToken", Ask.Replace("GB", country, StringComparison.Ordinal).Replace("07700 900001", number, StringComparison.Ordinal)))
            .ShouldBe(400, "M_INVALID_PARAM");
    }
}
