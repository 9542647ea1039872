using System.Net;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Mail;
using Hybrid.Storage.Push;
using Hybrid.Storage.ThirdParty;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using Xunit;

namespace Hybrid.ClientApi.Tests.Pushers;

/// <summary>Pushers of kind <c>email</c>, against a real mail server.</summary>
public sealed class MailPusherTests : IAsyncLifetime
{
    readonly TestMailServer _mail = new();
    TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(settings => settings with
    {
        NotificationMailDelay = TimeSpan.FromMilliseconds(500),
        PublicBaseUrl = new Uri("https://matrix.test.local"),
        Smtp = new SmtpOptions { Host = "127.0.0.1", Port = _mail.Port, Tls = SmtpTls.Off, From = "hybrid@test.local" },
    });

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _mail.DisposeAsync();
    }

    [Fact]
    public async Task What_is_still_unread_comes_in_one_message_and_its_link_ends_them()
    {
        var (alice, bob) = (await _server.RegisterAsync(), await _server.RegisterAsync());
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat","name":"<Mission> Control"}""");
        var other = await alice.CreateRoomAsync("""{"preset":"public_chat","name":"Kitchen"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        _ = (await bob.InRoomAsync(other, "join")).Ok;
        await AddPusherAsync(alice);
        var read = await bob.SayAsync(other, "already read");
        _ = (await alice.InRoomAsync(other, $"receipt/m.read/{Uri.EscapeDataString(read)}")).Ok;
        _ = await bob.SayAsync(room, "one & only");
        _ = await bob.SayAsync(room, "two");

        var received = await _mail.ReceiveAsync();

        Assert.Equal("Alice@example.org", received.To);
        using var content = new MemoryStream(received.Content);
        var message = await MimeMessage.LoadAsync(content);
        Assert.Equal("2 messages in <Mission> Control", message.Subject);
        Assert.Contains("one & only", message.TextBody, StringComparison.Ordinal);
        Assert.Contains("two", message.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain("already read", message.TextBody, StringComparison.Ordinal);
        Assert.Contains("&lt;Mission&gt; Control", message.HtmlBody, StringComparison.Ordinal);
        Assert.Contains("one &amp; only", message.HtmlBody, StringComparison.Ordinal);
        Assert.DoesNotContain("<Mission>", message.HtmlBody, StringComparison.Ordinal);

        var link = message.Headers["List-Unsubscribe"]!.Trim('<', '>');
        Assert.StartsWith("https://matrix.test.local/", link, StringComparison.Ordinal);
        Assert.Contains(link, message.TextBody, StringComparison.Ordinal);
        var path = new Uri(link).PathAndQuery;
        using var page = await _server.Http.GetAsync(path);
        Assert.Contains("Alice@example.org", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Single((await alice.GetAsync("pushers")).Ok["pushers"]!.AsArray());
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("List-Unsubscribe", "One-Click")]);
        using var ended = await _server.Http.PostAsync(path, form);
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        Assert.Empty((await alice.GetAsync("pushers")).Ok["pushers"]!.AsArray());
        using var again = await _server.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Fact]
    public async Task An_address_that_does_not_exist_ends_its_pusher()
    {
        var (alice, bob) = (await _server.RegisterAsync(), await _server.RegisterAsync());
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        await AddPusherAsync(alice);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _mail.OnRecipient = _ =>
        {
            asked.TrySetResult();
            return "550 5.1.1 No such user";
        };

        _ = await bob.SayAsync(room, "one");

        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var store = _server.Services.GetRequiredService<IPusherStore>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await store.ListAsync(alice.UserId, patience.Token)).Count > 0)
            await Task.Yield();
    }

    [Fact]
    public async Task An_address_that_is_no_longer_the_users_ends_its_pusher()
    {
        var (alice, bob) = (await _server.RegisterAsync(), await _server.RegisterAsync());
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        await AddPusherAsync(alice);
        await _server.Services.GetRequiredService<IThirdPartyStore>().RemoveAsync(
            alice.UserId, new ThirdPartyAddress(ThirdPartyAddress.Email, "alice@example.org"), default);

        _ = await bob.SayAsync(room, "one");

        var store = _server.Services.GetRequiredService<IPusherStore>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await store.ListAsync(alice.UserId, patience.Token)).Count > 0)
            await Task.Yield();
        Assert.False(_mail.HasMail);
    }

    [Fact]
    public async Task Mail_goes_only_to_addresses_that_are_proved_to_be_the_users()
    {
        var alice = await _server.RegisterAsync();

        (await alice.PostAsync("pushers/set", Body("alice@example.org", "m.email"))).ShouldBe(400, "M_THREEPID_NOT_FOUND");
        (await alice.PostAsync("pushers/set", Body("not an address", "m.email"))).ShouldBe(400, "M_THREEPID_NOT_FOUND");
        (await alice.PostAsync("pushers/set", Body("alice@example.org", "other"))).ShouldBe(400, "M_INVALID_PARAM");
    }

    [Theory]
    [InlineData("")]
    [InlineData("?pusher=1&secret=wrong")]
    [InlineData("?pusher=999&secret=")]
    public async Task A_link_that_is_made_up_ends_nothing(string query)
    {
        var alice = await _server.RegisterAsync();
        await AddPusherAsync(alice);

        using var page = await _server.Http.PostAsync($"/_hybrid/client/v1/unsubscribe{query}", null);

        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Single((await alice.GetAsync("pushers")).Ok["pushers"]!.AsArray());
    }

    // The address counts as proved: how it is proved is another chapter's.
    async Task AddPusherAsync(TestUser user)
    {
        var now = DateTimeOffset.UtcNow;
        Assert.True(await _server.Services.GetRequiredService<IThirdPartyStore>().TryAddAsync(
            user.UserId, new AccountAddress(new ThirdPartyAddress(ThirdPartyAddress.Email, "alice@example.org"), now, now), default));
        _ = (await user.PostAsync("pushers/set", Body("Alice@example.org", "m.email"))).Ok;
    }

    static string Body(string address, string app) =>
        $$$"""{"kind":"email","app_id":"{{{app}}}","pushkey":"{{{address}}}","app_display_name":"a","device_display_name":"d","lang":"en","data":{}}""";
}
