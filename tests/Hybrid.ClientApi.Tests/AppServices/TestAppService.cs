using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hybrid.ClientApi.Tests.AppServices;

/// <summary>A real application service on a loopback port, and a server that has its registration.</summary>
public sealed class TestAppService : IAsyncDisposable
{
    public const string Id = "bridge";
    public const string Token = "the service's token";
    public const string HomeserverToken = "the server's token";

    readonly string _folder = System.IO.Directory.CreateTempSubdirectory("hybrid-appservices-").FullName;
    readonly WebApplication _service;

    TestAppService(WebApplication service) => _service = service;

    public TestServer Server { get; private set; } = null!;

    /// <summary>What was asked of the service: method, path and query, authorization and body.</summary>
    public ConcurrentQueue<(string Method, string Path, string Authorization, string Body)> Requests { get; } = [];

    /// <summary>What it answers, by path; 404 to everything else.</summary>
    public ConcurrentDictionary<string, (int Status, string Json)> Answers { get; } = new();

    /// <summary>Acts as the service, or as one of its users.</summary>
    public TestUser As(string? userId = null) => new(Server, UserId.Parse(userId ?? "@_bridge_bot:test.local"), Token, "none");

    public static async Task<TestAppService> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var test = new TestAppService(builder.Build());
        test._service.Urls.Add("http://127.0.0.1:0");
        test._service.Run(test.AnswerAsync);
        await test._service.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(test._folder, "bridge.yaml"), $"""
            id: {Id}
            url: "{test._service.Urls.First()}/base/"
            as_token: "{Token}"
            hs_token: "{HomeserverToken}"
            sender_localpart: _bridge_bot
            rate_limited: false
            namespaces:
              users:
                - exclusive: true
                  regex: "@_bridge_.*"
                - exclusive: true
                  regex: "@reserved_.*"
                - exclusive: false
                  regex: "@shared_.*:test\\.local"
              aliases:
                - exclusive: true
                  regex: "#_bridge_.*"
              rooms: []
            protocols: [irc, xmpp]
            de.example.unknown: {"{}"}
            """);
        await File.WriteAllTextAsync(Path.Combine(test._folder, "quiet.yml"), """
            id: quiet
            url: null
            as_token: quiet
            hs_token: quiet-server
            sender_localpart: quiet
            namespaces: {}
            """);
        await File.WriteAllTextAsync(Path.Combine(test._folder, "README"), "no registration");
        test.Server = await TestServer.StartAsync(settings => settings with { ApplicationServicesFolder = test._folder });
        return test;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _service.StopAsync();
        await _service.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var path = $"{context.Request.Path}{context.Request.QueryString}";
        Requests.Enqueue((context.Request.Method, path, context.Request.Headers.Authorization.ToString(), body));
        var (status, json) = Answers.TryGetValue(path, out var answer) ? answer : ((int)HttpStatusCode.NotFound, """{"errcode":"M_UNRECOGNIZED"}""");
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(json));
    }
}
