using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Mail;
using Hybrid.Tests.Shared;
using MimeKit;
using Xunit;

namespace Hybrid.ClientApi.Tests.ThirdParty;

/// <summary>A server that sends real mail to a mail server of the test.</summary>
public sealed class MailboxServer : IAsyncLifetime
{
    readonly TestMailServer _mail = new();
    int _secrets;

    public TestServer Server { get; private set; } = null!;

    public TestMailServer Mail => _mail;

    public async Task InitializeAsync() => Server = await TestServer.StartAsync(settings => settings with
    {
        Smtp = new SmtpOptions { Host = "127.0.0.1", Port = _mail.Port, Tls = SmtpTls.Off, From = "hybrid@test.local" },
    });

    public async Task DisposeAsync()
    {
        await ((IAsyncLifetime)Server).DisposeAsync();
        await _mail.DisposeAsync();
    }

    /// <summary>Sends a request without a token.</summary>
    public async Task<Answer> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Server.Http.PostAsync(path.StartsWith('/') ? path : "/_matrix/client/v3/" + path, content);
        return new Answer(response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    /// <summary>Asks for a token: the proof's name and secret, and the link of the message.</summary>
    public async Task<(string Sid, string Secret, string Link)> RequestAsync(string of, string email, string? next = null)
    {
        var secret = $"secret{Interlocked.Increment(ref _secrets)}";
        var link = next is null ? "" : $",\"next_link\":\"{next}\"";
        var answer = (await PostAsync($"{of}/email/requestToken", $$"""{"client_secret":"{{secret}}","email":"{{email}}","send_attempt":1{{link}}}""")).Ok;
        return ((string)answer["sid"]!, secret, await ReadLinkAsync(email));
    }

    /// <summary>As <see cref="RequestAsync"/>, and the person confirms; what a client passes on as the proof.</summary>
    public async Task<string> ProveAsync(string of, string email)
    {
        var (sid, secret, link) = await RequestAsync(of, email);
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(link)).Status);
        return $"\"sid\":\"{sid}\",\"client_secret\":\"{secret}\"";
    }

    /// <summary>The path of the link in the next message, which must be to this address.</summary>
    public async Task<string> ReadLinkAsync(string email)
    {
        var received = await _mail.ReceiveAsync();
        Assert.Equal(email.ToLowerInvariant(), received.To);
        using var stream = new MemoryStream(received.Content);
        var text = (await MimeMessage.LoadAsync(stream)).TextBody!;
        return new Uri(text.Split('\n', StringSplitOptions.TrimEntries).Single(static line => line.StartsWith("http", StringComparison.Ordinal))).PathAndQuery;
    }

    /// <summary>Opens the link and sends its form, as a person does; the answer and where it leads.</summary>
    public async Task<(HttpStatusCode Status, Uri? Location, string Text)> ConfirmAsync(string link)
    {
        var page = await Server.Http.GetStringAsync(link);
        Assert.Contains("<form method=\"post\">", page, StringComparison.Ordinal);
        var fields = System.Web.HttpUtility.ParseQueryString(link[link.IndexOf('?', StringComparison.Ordinal)..]);
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { BaseAddress = Server.Http.BaseAddress };
        using var form = new FormUrlEncodedContent(fields.AllKeys.Select(name => KeyValuePair.Create(name!, fields[name]!)));
        using var response = await http.PostAsync(link, form);
        return (response.StatusCode, response.Headers.Location, await response.Content.ReadAsStringAsync());
    }
}
