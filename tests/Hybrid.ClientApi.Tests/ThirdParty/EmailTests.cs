using System.Net;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.ThirdParty;

/// <summary>E-mail addresses of accounts, from the message to the login.</summary>
public sealed class EmailTests(MailboxServer box) : IClassFixture<MailboxServer>
{
    const string Password = "correct horse battery";

    [Fact]
    public async Task An_address_is_added_once_it_is_proven_and_logs_in()
    {
        var alice = await box.Server.RegisterAsync();
        Assert.True((bool)(await alice.GetAsync("capabilities")).Ok["capabilities"]!["m.3pid_changes"]!["enabled"]!);
        var (sid, secret, link) = await box.RequestAsync("account/3pid", "Alice@Example.org");
        var add = $$"""{"sid":"{{sid}}","client_secret":"{{secret}}","auth":{{Confirmation(alice)}} }""";

        (await alice.PostAsync("account/3pid/add", add)).ShouldBe(400, "M_THREEPID_AUTH_FAILED");
        Assert.Equal(HttpStatusCode.OK, (await box.ConfirmAsync(link)).Status);
        (await alice.PostAsync("account/3pid/add", add)).Ok.Clear();

        var listed = Assert.Single((await alice.GetAsync("account/3pid")).Ok["threepids"]!.AsArray())!;
        Assert.Equal(("email", "alice@example.org"), ((string?)listed["medium"], (string?)listed["address"]));
        Assert.InRange((long)listed["validated_at"]!, 1, (long)listed["added_at"]!);

        var login = """{"type":"m.login.password","password":"correct horse battery","identifier":{"type":"m.id.thirdparty","medium":"email","address":"ALICE@example.org"}}""";
        Assert.Equal(alice.UserId.Value, (string?)(await box.PostAsync("login", login)).Ok["user_id"]);
        Assert.Equal(alice.UserId.Value, (string?)(await box.PostAsync("login", """{"type":"m.login.password","password":"correct horse battery","medium":"email","address":"alice@example.org"}""")).Ok["user_id"]);
        (await box.PostAsync("login", login.Replace("battery", "wrong", StringComparison.Ordinal))).ShouldBe(403, "M_FORBIDDEN");

        // It confirms things too, and is another's for no one else.
        (await alice.PostAsync("delete_devices", """{"devices":["X"],"auth":{"type":"m.login.password","password":"correct horse battery","identifier":{"type":"m.id.thirdparty","medium":"email","address":"alice@example.org"}}}""")).Ok.Clear();
        (await box.PostAsync("account/3pid/email/requestToken", """{"client_secret":"s","email":"alice@example.org","send_attempt":1}""")).ShouldBe(400, "M_THREEPID_IN_USE");
        (await box.PostAsync("register/email/requestToken", """{"client_secret":"s","email":"alice@example.org","send_attempt":1}""")).ShouldBe(400, "M_THREEPID_IN_USE");

        Assert.Equal("no-support", (string?)(await alice.PostAsync("account/3pid/delete", """{"medium":"email","address":"alice@example.org"}""")).Ok["id_server_unbind_result"]);
        Assert.Empty((await alice.GetAsync("account/3pid")).Ok["threepids"]!.AsArray());
        (await box.PostAsync("login", login)).ShouldBe(403, "M_FORBIDDEN");
    }

    [Fact]
    public async Task A_proof_serves_once_and_no_two_accounts()
    {
        var (alice, bob) = (await box.Server.RegisterAsync(), await box.Server.RegisterAsync());
        var (first, second) = (await box.ProveAsync("account/3pid", "shared@example.org"), await box.ProveAsync("account/3pid", "shared@example.org"));

        (await alice.PostAsync("account/3pid", Credentials(first + ",\"id_server\":\"id.example.org\",\"id_access_token\":\"t\""))).Ok.Clear();
        (await alice.PostAsync("account/3pid", Credentials(first))).ShouldBe(403, "M_THREEPID_AUTH_FAILED");
        (await bob.PostAsync("account/3pid/add", $"{{{second},\"auth\":{Confirmation(bob)}}}")).ShouldBe(400, "M_THREEPID_IN_USE");
    }

    [Fact]
    public async Task An_account_is_made_with_an_address()
    {
        var challenge = await box.PostAsync("register", """{"username":"mailed","password":"correct horse battery"}""");
        Assert.Contains("""{"stages":["m.login.email.identity"]}""", challenge.Body["flows"]!.ToJsonString(), StringComparison.Ordinal);
        var (sid, secret, link) = await box.RequestAsync("register", "mailed@example.org");
        var attempt = $$$"""
            {"username":"mailed","password":"correct horse battery",
             "auth":{"type":"m.login.email.identity","session":"{{{challenge.Body["session"]}}}","threepid_creds":{"sid":"{{{sid}}}","client_secret":"{{{secret}}}"} } }
            """;

        (await box.PostAsync("register", attempt)).ShouldBe(401, "M_UNAUTHORIZED");
        Assert.Equal(HttpStatusCode.OK, (await box.ConfirmAsync(link)).Status);
        var made = (await box.PostAsync("register", attempt)).Ok;

        var user = new TestUser(box.Server, Primitives.UserId.Parse((string)made["user_id"]!), (string)made["access_token"]!, (string)made["device_id"]!);
        Assert.Equal("mailed@example.org", (string?)Assert.Single((await user.GetAsync("account/3pid")).Ok["threepids"]!.AsArray())!["address"]);
    }

    [Fact]
    public async Task A_forgotten_password_is_set_by_who_has_the_address()
    {
        var alice = await box.Server.RegisterAsync();
        (await alice.PostAsync("account/3pid", Credentials(await box.ProveAsync("account/3pid", "forgot@example.org")))).Ok.Clear();
        (await box.PostAsync("account/password/email/requestToken", """{"client_secret":"s","email":"nobody@example.org","send_attempt":1}""")).ShouldBe(400, "M_THREEPID_NOT_FOUND");

        var challenge = await box.PostAsync("account/password", """{"new_password":"another horse battery"}""");
        Assert.Equal("""[{"stages":["m.login.email.identity"]}]""", challenge.Body["flows"]!.ToJsonString());
        var proof = await box.ProveAsync("account/password", "forgot@example.org");
        (await box.PostAsync("account/password", $$"""
            {"new_password":"another horse battery",
             "auth":{"type":"m.login.email.identity","session":"{{challenge.Body["session"]}}","threepid_creds":{ {{proof}} } } }
            """)).Ok.Clear();

        (await alice.GetAsync("account/whoami")).ShouldBe(401, "M_UNKNOWN_TOKEN");
        (await box.PostAsync("login", Login(alice, Password))).ShouldBe(403, "M_FORBIDDEN");
        (await box.PostAsync("login", Login(alice, "another horse battery"))).Ok.Clear();
    }

    [Fact]
    public async Task Another_message_is_sent_for_a_higher_attempt_only_and_the_last_link_counts()
    {
        const string Path = "account/3pid/email/requestToken";
        var first = (string?)(await box.PostAsync(Path, """{"client_secret":"again","email":"again@example.org","send_attempt":1}""")).Ok["sid"];
        var old = await box.ReadLinkAsync("again@example.org");
        Assert.Equal(first, (string?)(await box.PostAsync(Path, """{"client_secret":"again","email":"again@example.org","send_attempt":1}""")).Ok["sid"]);
        Assert.False(box.Mail.HasMail);

        (await box.PostAsync(Path, """{"client_secret":"again","email":"again@example.org","send_attempt":2}""")).Ok.Clear();
        var link = await box.ReadLinkAsync("again@example.org");
        using var gone = await box.Server.Http.GetAsync(old);
        Assert.Equal(HttpStatusCode.BadRequest, gone.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await box.ConfirmAsync(link)).Status);
    }

    [Fact]
    public async Task The_page_leads_on_to_where_the_client_asked_for()
    {
        var (_, _, link) = await box.RequestAsync("account/3pid", "next@example.org", "https://client.example.org/verified?a=b");

        using var page = await box.Server.Http.GetAsync(link);
        var policy = string.Join(' ', page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("form-action 'self' https://client.example.org", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);

        var (status, location, _) = await box.ConfirmAsync(link);
        Assert.Equal((HttpStatusCode.SeeOther, "https://client.example.org/verified?a=b"), (status, location?.AbsoluteUri));
    }

    [Fact]
    public async Task A_token_can_come_back_as_JSON()
    {
        var (sid, secret, link) = await box.RequestAsync("account/3pid", "json@example.org");
        var token = System.Web.HttpUtility.ParseQueryString(link[link.IndexOf('?', StringComparison.Ordinal)..])["token"];
        var path = link[..link.IndexOf('?', StringComparison.Ordinal)];

        (await box.PostAsync(path, $$"""{"sid":"{{sid}}","client_secret":"{{secret}}","token":"wrong"}""")).ShouldBe(400, "M_TOKEN_INCORRECT");
        (await box.PostAsync(path, $$"""{"sid":"{{sid}}","client_secret":"other","token":"{{token}}"}""")).ShouldBe(400, "M_TOKEN_INCORRECT");
        (await box.PostAsync(path, $$"""{"sid":"{{sid}}"}""")).ShouldBe(400, "M_MISSING_PARAM");
        Assert.True((bool)(await box.PostAsync(path, $$"""{"sid":"{{sid}}","client_secret":"{{secret}}","token":"{{token}}"}""")).Ok["success"]!);
    }

    [Fact]
    public async Task Ten_wrong_tokens_end_a_proof()
    {
        var (sid, secret, link) = await box.RequestAsync("account/3pid", "guess@example.org");
        var query = System.Web.HttpUtility.ParseQueryString(link[link.IndexOf('?', StringComparison.Ordinal)..]);
        var path = link[..link.IndexOf('?', StringComparison.Ordinal)];
        for (var i = 0; i < 10; i++)
            (await box.PostAsync(path, $$"""{"sid":"{{sid}}","client_secret":"{{secret}}","token":"{{i}}"}""")).ShouldBe(400, "M_TOKEN_INCORRECT");

        (await box.PostAsync(path, $$"""{"sid":"{{sid}}","client_secret":"{{secret}}","token":"{{query["token"]}}"}""")).ShouldBe(400, "M_SESSION_EXPIRED");
    }

    [Theory]
    [InlineData("""{"client_secret":"s","send_attempt":1}""", 400, "M_MISSING_PARAM")]
    [InlineData("""{"client_secret":"s","email":"a@example.org"}""", 400, "M_MISSING_PARAM")]
    [InlineData("""{"client_secret":"s p a c e","email":"a@example.org","send_attempt":1}""", 400, "M_INVALID_PARAM")]
    [InlineData("""{"client_secret":"s","email":"nobody","send_attempt":1}""", 400, "M_INVALID_PARAM")]
    [InlineData("""{"client_secret":"s","email":"a@b\r\nBcc: c@d","send_attempt":1}""", 400, "M_INVALID_PARAM")]
    [InlineData("""{"client_secret":"s","email":"a@example.org","send_attempt":1,"next_link":"javascript:alert(1)"}""", 400, "M_INVALID_PARAM")]
    [InlineData("""{"client_secret":"s","email":"a@example.org","send_attempt":"1"}""", 400, "M_BAD_JSON")]
    [InlineData("[]", 400, "M_BAD_JSON")]
    public async Task A_request_that_makes_no_sense_is_refused(string body, int status, string code) =>
        (await box.PostAsync("account/3pid/email/requestToken", body)).ShouldBe(status, code);

    [Fact]
    public async Task A_mail_server_that_refuses_the_address_refuses_the_request()
    {
        box.Mail.OnRecipient = static to => to.Contains("refused", StringComparison.Ordinal) ? "550 5.1.1 no such user" : "250 2.1.5 OK";
        (await box.PostAsync("account/3pid/email/requestToken", """{"client_secret":"s","email":"refused@example.org","send_attempt":1}""")).ShouldBe(403, "M_THREEPID_DENIED");
        box.Mail.OnRecipient = static _ => "250 2.1.5 OK";
        await box.RequestAsync("account/3pid", "refused@example.org");
    }

    [Fact]
    public async Task Only_the_owner_gets_at_an_address()
    {
        var (alice, bob) = (await box.Server.RegisterAsync(), await box.Server.RegisterAsync());
        (await alice.PostAsync("account/3pid", Credentials(await box.ProveAsync("account/3pid", "mine@example.org")))).Ok.Clear();

        (await bob.PostAsync("account/3pid/delete", """{"medium":"email","address":"mine@example.org"}""")).Ok.Clear();
        (await bob.PostAsync("account/3pid/delete", """{"medium":"fax","address":"1"}""")).ShouldBe(400, "M_INVALID_PARAM");
        Assert.Single((await alice.GetAsync("account/3pid")).Ok["threepids"]!.AsArray());

        Assert.Equal("success", (string?)(await alice.PostAsync("account/deactivate", $$"""{"auth":{{Confirmation(alice)}} }""")).Ok["id_server_unbind_result"]);
        await box.ProveAsync("register", "mine@example.org");
    }

    static string Credentials(string proof) => "{\"three_pid_creds\":{" + proof + "}}";

    static string Confirmation(TestUser user) =>
        $$$"""{"type":"m.login.password","identifier":{"type":"m.id.user","user":"{{{user.UserId}}}"},"password":"{{{Password}}}"}""";

    static string Login(TestUser user, string password) =>
        $$$"""{"type":"m.login.password","identifier":{"type":"m.id.user","user":"{{{user.UserId}}}"},"password":"{{{password}}}"}""";
}
