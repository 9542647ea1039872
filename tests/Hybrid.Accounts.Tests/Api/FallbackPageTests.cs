using Hybrid.Accounts.Login;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hybrid.Accounts.Tests.Api;

public sealed class FallbackPageTests
{
    const string TokenPage = "/_matrix/client/v3/auth/m.login.registration_token/fallback/web";

    [Fact]
    public async Task A_token_typed_into_the_page_completes_the_session()
    {
        await using var host = await AccountsHost.StartAsync(RegistrationMode.Token);
        await host.Services.GetRequiredService<RegistrationTokens>().CreateAsync("invited", 1, null, default);
        const string Wish = """{"username":"alice","password":"correct horse"}""";
        var session = (await host.PostAsync("register", Wish))["session"];

        var (status, type, text) = await host.BrowseAsync($"{TokenPage}?session={session}");
        Assert.Equal((200, "text/html"), (status, type));
        Assert.Contains($"value=\"{session}\"", text, StringComparison.Ordinal);

        var wrong = await host.BrowseAsync(TokenPage, new() { ["session"] = session, ["token"] = "guess" });
        Assert.Equal(401, wrong.Status);
        var right = await host.BrowseAsync(TokenPage, new() { ["session"] = session, ["token"] = "invited" });
        Assert.Contains("onAuthDone", right.Text, StringComparison.Ordinal);

        var done = await host.PostAsync("register", $$$"""{"username":"alice","password":"correct horse","auth":{"session":"{{{session}}}"}}""");
        Assert.Equal("@alice:test", done["user_id"]);
    }

    [Fact]
    public async Task The_dummy_stage_takes_a_click()
    {
        await using var host = await AccountsHost.StartAsync();
        var session = (await host.PostAsync("register", "{}"))["session"];

        var clicked = await host.BrowseAsync("/_matrix/client/v3/auth/m.login.dummy/fallback/web", new() { ["session"] = session });

        Assert.Equal(200, clicked.Status);
        Assert.Equal(200, (await host.PostAsync("register", $$$"""{"username":"alice","password":"correct horse","auth":{"session":"{{{session}}}"}}""")).Status);
    }

    [Fact]
    public async Task A_page_for_nothing_is_not_found_and_text_is_escaped()
    {
        await using var host = await AccountsHost.StartAsync();

        Assert.Equal(404, (await host.BrowseAsync($"{TokenPage}?session=unknown")).Status);
        Assert.Equal(404, (await host.BrowseAsync("/_matrix/client/v3/auth/m.login.password/fallback/web?session=unknown")).Status);
        Assert.Equal(400, (await host.BrowseAsync(TokenPage)).Status);
        var refused = await host.BrowseAsync(TokenPage, new() { ["session"] = "\"><script>alert(1)</script>", ["token"] = "x" });
        Assert.Equal(401, refused.Status);
        Assert.DoesNotContain("<script>", refused.Text, StringComparison.Ordinal);
        Assert.Equal("M_INVALID_PARAM", (await host.PostAsync(TokenPage, "{}")).Code);
    }
}
