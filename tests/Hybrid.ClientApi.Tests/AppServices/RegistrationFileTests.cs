using Hybrid.AppServices;
using Hybrid.AppServices.Registrations;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Primitives;
using Hybrid.Server.Commands;
using Xunit;

namespace Hybrid.ClientApi.Tests.AppServices;

public sealed class RegistrationFileTests : IDisposable
{
    const string Whole = """
        id: irc
        url: http://127.0.0.1:1234
        as_token: a
        hs_token: h
        sender_localpart: bot
        namespaces:
          users: [{exclusive: true, regex: "@irc_(?!x).*"}]
          aliases:
        rate_limited: false
        receive_ephemeral: true
        protocols:
          - irc
        """;

    static readonly ServerName Name = ServerName.Parse("test.local");

    readonly string _folder = System.IO.Directory.CreateTempSubdirectory("hybrid-registrations-").FullName;

    [Fact]
    public void A_registration_is_read_with_everything_in_it()
    {
        var service = Assert.Single(ReadAll(Whole));

        Assert.Equal(("irc", "a", "h"), (service.Id, service.AppServiceToken, service.HomeserverToken));
        Assert.Equal(UserId.Parse("@bot:test.local"), service.Sender);
        Assert.Equal(new Uri("http://127.0.0.1:1234"), service.Url);
        Assert.Equal(["irc"], service.Protocols);
        Assert.False(service.IsRateLimited);
        Assert.True(service.ReceivesEphemeral);
        Assert.True(service.Controls(UserId.Parse("@irc_a:test.local")));
        Assert.False(service.Controls(UserId.Parse("@irc_x:test.local")));
        Assert.False(service.Controls(UserId.Parse("@irc_a:elsewhere.test")));
        Assert.False(service.Controls(RoomAlias.Parse("#irc_a:test.local")));
    }

    [Theory]
    [InlineData("id: irc", "id: ", "id: must be a text")]
    [InlineData("as_token: a", "", "as_token is missing")]
    [InlineData("hs_token: h", "hs_token: [h]", "a text was expected")]
    [InlineData("url: http://127.0.0.1:1234", "url: ftp://x", "url: 'ftp://x' is no http or https URL")]
    [InlineData("url: http://127.0.0.1:1234", "", "url is missing")]
    [InlineData("sender_localpart: bot", "sender_localpart: \"a:b c\"", "sender_localpart")]
    [InlineData("namespaces:", "namespaced:", "namespaces is missing")]
    [InlineData("exclusive: true, ", "", "namespaces.users: exclusive is missing")]
    [InlineData("@irc_(?!x).*", "@irc_(", "namespaces.users")]
    [InlineData("rate_limited: false", "rate_limited: maybe", "rate_limited: must be true or false")]
    [InlineData("  - irc", "  irc: 1", "protocols: must be a list")]
    [InlineData("id: irc", "id: irc\nid: xmpp", "line 2")]
    [InlineData("id: irc", "]", "line 1")]
    public void What_is_wrong_with_a_registration_is_said(string old, string replacement, string message)
    {
        var exception = Assert.Throws<RegistrationException>(() => ReadAll(Whole.Replace(old, replacement, StringComparison.Ordinal)));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains("0.yaml", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id: irc", "the id 'irc'", "as_token: a", "sender_localpart: bot")]
    [InlineData("as_token: a", "the as_token of another", "id: irc", "sender_localpart: bot")]
    [InlineData("sender_localpart: bot", "the sender_localpart of another", "id: irc", "as_token: a")]
    public void Two_services_share_nothing_that_names_them(string shared, string message, string one, string other)
    {
        Assert.Contains(shared, Whole, StringComparison.Ordinal);
        var second = Whole.Replace(one, one + "2", StringComparison.Ordinal).Replace(other, other + "2", StringComparison.Ordinal);

        var exception = Assert.Throws<RegistrationException>(() => new AppServiceDirectory(ReadAll(Whole, second)));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_with_a_bad_registration_does_not_start()
    {
        ReadAll(Whole);
        await File.WriteAllTextAsync(Path.Combine(_folder, "bad.yaml"), "id: 1");

        var exception = await Assert.ThrowsAsync<CommandException>(() => TestServer.StartAsync(settings => settings with { ApplicationServicesFolder = _folder }));
        Assert.Contains("bad.yaml: sender_localpart is missing", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    IReadOnlyList<AppServiceRegistration> ReadAll(params string[] files)
    {
        for (var i = 0; i < files.Length; i++)
            File.WriteAllText(Path.Combine(_folder, $"{i}.yaml"), files[i]);
        return RegistrationFile.ReadFolder(_folder, Name);
    }
}
