using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hybrid.ClientApi.Tests.ThirdParty;

/// <summary>What a server got: the path, the <c>Authorization</c> header, and the body.</summary>
public sealed record ReceivedRequest(string Path, string? Authorization, JsonObject Body);

/// <summary>A server that Hybrid speaks to, on a loopback port, over TLS with a certificate of its own or in plain.</summary>
public sealed class OtherServer : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly Channel<ReceivedRequest> _received = Channel.CreateUnbounded<ReceivedRequest>();
    readonly WebApplication _web;

    OtherServer(WebApplication web) => _web = web;

    /// <summary>What it answers; may change while it runs.</summary>
    public Func<ReceivedRequest, (int Status, string Json)> OnRequest { get; set; } = static _ => (200, "{}");

    public Uri Address => new(_web.Urls.First());

    /// <summary>Its name as a server name: host and port.</summary>
    public string Name => $"localhost:{Address.Port}";

    /// <summary>PEM of the certificate, for those who are to trust it.</summary>
    public string CertificatePem { get; private init; } = "";

    public static async Task<OtherServer> StartAsync(bool tls)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (tls)
                listen.UseHttps(certificate);
        }));
        var server = new OtherServer(builder.Build()) { CertificatePem = certificate.ExportCertificatePem() };
        server._web.Run(server.AnswerAsync);
        await server._web.StartAsync();
        return server;
    }

    /// <summary>The next request; fails the test when none comes.</summary>
    public async Task<ReceivedRequest> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _received.Reader.ReadAsync(patience.Token);
    }

    public bool HasRequests => _received.Reader.TryPeek(out _);

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    async Task AnswerAsync(HttpContext context)
    {
        var body = context.Request.Method == HttpMethods.Get ? [] : (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        var request = new ReceivedRequest(context.Request.Path, context.Request.Headers.Authorization, body);
        var (status, json) = OnRequest(request);
        await _received.Writer.WriteAsync(request);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    }
}
