using System.Collections.Concurrent;
using System.Net;
using Hybrid.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Tests.Support;

/// <summary>What arrived at a <see cref="TestHttpsServer"/>.</summary>
sealed record Seen(string Method, string Target, string Host, string? ServerNameIndication, string Authorization, string Body);

/// <summary>A peer that answers what the test says, over TLS, on a free port of a loopback address.</summary>
sealed class TestHttpsServer : IAsyncDisposable
{
    readonly WebApplication _app;

    TestHttpsServer(TestCertificates certificates, string[] names, IPAddress address, Func<TestHttpsServer, HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        var certificate = certificates.Issue(names);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, 0, listen => listen.UseHttps(https => https.ServerCertificateSelector = (connection, name) =>
        {
            connection!.Items["sni"] = name;
            return certificate;
        })));
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            Requests.Enqueue(new Seen(
                context.Request.Method,
                context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
                context.Request.Host.Value!,
                (string?)context.Features.Get<Microsoft.AspNetCore.Connections.Features.IConnectionItemsFeature>()?.Items["sni"],
                context.Request.Headers.Authorization.ToString(),
                await body.ReadToEndAsync()));
            await answer(this, context);
        });
    }

    public ConcurrentQueue<Seen> Requests { get; } = new();

    public int Port { get; private set; }

    /// <summary>A peer with a certificate for these names.</summary>
    public static async Task<TestHttpsServer> StartAsync(
        TestCertificates certificates, string[] names, Func<HttpContext, Task> answer, IPAddress? address = null)
    {
        var server = new TestHttpsServer(certificates, names, address ?? IPAddress.Loopback, (_, context) => answer(context));
        await server._app.StartAsync();
        server.Port = new Uri(server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
