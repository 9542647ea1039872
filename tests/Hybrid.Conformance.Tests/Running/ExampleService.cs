using System.Text.RegularExpressions;
using Hybrid.ClientApi.Tests.SingleSignOn;
using Hybrid.ClientApi.Tests.ThirdParty;
using Hybrid.Identity;
using Hybrid.Mail;
using Hybrid.Server.Configuration;
using Hybrid.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MimeKit;

namespace Hybrid.Conformance.Tests.Running;

/// <summary>
/// The others that the server speaks to: an application service with a network of its own, a page to preview, a mail server, a gateway for
/// text messages, an identity server and an OpenID provider. Each on a free loopback port.
/// </summary>
sealed partial class ExampleService : IAsyncDisposable
{
    /// <summary>The token with which the application service calls the server.</summary>
    public const string ServiceToken = "as_conformance";

    const string Person = """{"userid":"@_echo_ann:test.local","protocol":"echo","fields":{"name":"ann"}}""";
    const string Place = """{"alias":"#_echo_hall:test.local","protocol":"echo","fields":{"name":"hall"}}""";

    readonly string _folder = Directory.CreateTempSubdirectory("hybrid-test-").FullName;
    readonly WebApplication _web;
    readonly TestMailServer _mail = new();
    readonly OtherServer _sms;
    readonly OtherServer _identity;
    readonly TestOpenIdProvider _provider;

    ExampleService(WebApplication web, OtherServer sms, OtherServer identity, TestOpenIdProvider provider) =>
        (_web, _sms, _identity, _provider) = (web, sms, identity, provider);

    /// <summary>The name of the identity server.</summary>
    public string IdentityServer => _identity.Name;

    public Uri Address => new(_web.Urls.First());

    public static async Task<ExampleService> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var web = builder.Build();
        web.Run(static context =>
        {
            context.Response.ContentType = context.Request.Path == "/page" ? "text/html" : "application/json";
            return context.Response.WriteAsync(Answer(context.Request.Path.Value!));
        });
        await web.StartAsync();
        var identity = await OtherServer.StartAsync(tls: true);
        identity.OnRequest = static request => (200, request.Path switch
        {
            "/_matrix/identity/v2/hash_details" => """{"algorithms":["sha256"],"lookup_pepper":"salt"}""",
            "/_matrix/identity/v2/lookup" => """{"mappings":{}}""",
            "/_matrix/identity/v2/store-invite" => """{"token":"t","display_name":"s...","public_keys":[{"public_key":"k","key_validity_url":"https://id.example.org/"}]}""",
            _ => """{"medium":"email","address":"bound@example.org"}""",
        });
        return new ExampleService(web, await OtherServer.StartAsync(tls: false), identity, await TestOpenIdProvider.StartAsync());
    }

    /// <summary>The token in the next message to an e-mail address.</summary>
    public async Task<string> ReadMailAsync(string address)
    {
        while (true)
        {
            var received = await _mail.ReceiveAsync();
            if (received.To != address)
                continue;

            using var stream = new MemoryStream(received.Content);
            return Token().Match((await MimeMessage.LoadAsync(stream)).TextBody!).Groups[1].Value;
        }
    }

    /// <summary>The code in the next message to a British telephone number.</summary>
    public async Task<string> ReadTextAsync(string number)
    {
        while (true)
        {
            var received = await _sms.ReceiveAsync();
            if ((string?)received.Body["to"] == "+44" + number[1..])
                return ((string)received.Body["text"]!)[..6];
        }
    }

    /// <summary>The settings of a server that knows this service.</summary>
    public HybridSettings Configure(HybridSettings settings)
    {
        File.WriteAllText(Path.Combine(_folder, "bridge.yaml"), $"""
            id: bridge
            url: {Address}
            as_token: {ServiceToken}
            hs_token: hs_conformance
            sender_localpart: _echo_bot
            protocols: [echo]
            rate_limited: false
            namespaces:
              users:
                - exclusive: true
                  regex: "@_echo_.*"
              aliases:
                - exclusive: true
                  regex: "#_echo_.*"
              rooms: []

            """);
        var authorities = Path.Combine(_folder, "identity.pem");
        File.WriteAllText(authorities, _identity.CertificatePem);
        return settings with
        {
            ApplicationServicesFolder = _folder,
            AllowPrivateAddresses = true,
            FederationAuthorityPath = authorities,
            Smtp = new SmtpOptions { Host = "127.0.0.1", Port = _mail.Port, Tls = SmtpTls.Off, From = "hybrid@test.local" },
            SmsGateway = new SmsOptions { Address = _sms.Address },
            Oidc = _provider.Options,
            TurnUris = ["turn:turn.example.org"],
            TurnSharedSecret = "shared with the TURN server",
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _sms.DisposeAsync();
        await _identity.DisposeAsync();
        await _provider.DisposeAsync();
        await _mail.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex(@"token=([\w-]+)")]
    private static partial Regex Token();

    static string Answer(string path) => path switch
    {
        "/page" => """<!doctype html><html><head><meta property="og:title" content="A page"></head><body>Hello</body></html>""",
        _ when path.Contains("/thirdparty/protocol/", StringComparison.Ordinal) => """
            {"user_fields":["name"],"location_fields":["name"],"icon":"mxc://test.local/echo",
             "field_types":{"name":{"regexp":"[a-z]+","placeholder":"ann"}},
             "instances":[{"desc":"Echo","network_id":"network","fields":{"network":"echo"}}]}
            """,
        _ when path.Contains("/thirdparty/user", StringComparison.Ordinal) => $"[{Person}]",
        _ when path.Contains("/thirdparty/location", StringComparison.Ordinal) => $"[{Place}]",
        _ => "{}",
    };
}
