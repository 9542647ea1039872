using Hybrid.Server.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hybrid.Conformance.Tests.Running;

/// <summary>
/// The others that the server speaks to: an application service with a network of its own, and a page to preview. Real HTTP on a free
/// loopback port.
/// </summary>
sealed class ExampleService : IAsyncDisposable
{
    /// <summary>The token with which the application service calls the server.</summary>
    public const string Token = "as_conformance";

    const string Person = """{"userid":"@_echo_ann:test.local","protocol":"echo","fields":{"name":"ann"}}""";
    const string Place = """{"alias":"#_echo_hall:test.local","protocol":"echo","fields":{"name":"hall"}}""";

    readonly string _folder = Directory.CreateTempSubdirectory("hybrid-test-").FullName;
    readonly WebApplication _web;

    ExampleService(WebApplication web) => _web = web;

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
        return new ExampleService(web);
    }

    /// <summary>The settings of a server that knows this service.</summary>
    public HybridSettings Configure(HybridSettings settings)
    {
        File.WriteAllText(Path.Combine(_folder, "bridge.yaml"), $"""
            id: bridge
            url: {Address}
            as_token: {Token}
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
        return settings with { ApplicationServicesFolder = _folder, AllowPrivateAddresses = true };
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

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
