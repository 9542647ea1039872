using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Tests.Shared;

/// <summary>A push gateway on a loopback port: real HTTP, the path of the specification, answers that the test decides.</summary>
public sealed class TestPushGateway : IAsyncDisposable
{
    /// <summary>How long a test waits for what must come.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly Channel<JsonObject> _received = Channel.CreateUnbounded<JsonObject>();
    readonly WebApplication _web;

    TestPushGateway(WebApplication web) => _web = web;

    public string Url => $"{_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}/_matrix/push/v1/notify";

    /// <summary>The answer to a notification; may change at any time.</summary>
    public Func<JsonObject, (HttpStatusCode Status, string Body)> Answer { get; set; } = static _ => (HttpStatusCode.OK, """{"rejected":[]}""");

    public static async Task<TestPushGateway> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var web = builder.Build();
        var gateway = new TestPushGateway(web);
        web.UseRouting();
        web.MapMethods("/_matrix/push/v1/notify", ["POST"], gateway.TakeAsync);
        await web.StartAsync();
        return gateway;
    }

    /// <summary>The next notification, its <c>notification</c> object; fails the test when none comes.</summary>
    public async Task<JsonObject> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _received.Reader.ReadAsync(patience.Token);
    }

    /// <summary>Whether a notification waits to be received.</summary>
    public bool HasMore => _received.Reader.TryPeek(out _);

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    async Task TakeAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!["notification"]!.AsObject();
        var (status, text) = Answer(body);
        _received.Writer.TryWrite(body);
        context.Response.StatusCode = (int)status;
        await context.Response.WriteAsync(text);
    }
}
