using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hybrid.Media.Tests.Previews;

/// <summary>A web site on a loopback port that serves what a test puts on it.</summary>
sealed class TestSite : IAsyncDisposable
{
    readonly WebApplication _web;
    readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _pages = new();
    int _requests;

    TestSite(WebApplication web) => _web = web;

    public string Url => _web.Urls.Single();

    /// <summary>How many requests there were.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public static async Task<TestSite> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var web = builder.Build();
        var site = new TestSite(web);
        web.Run(site.ServeAsync);
        await web.StartAsync();
        return site;
    }

    public void Put(string path, byte[] content, string? contentType) => _pages[path] = async context =>
    {
        context.Response.ContentType = contentType;
        await context.Response.Body.WriteAsync(content);
    };

    public void Put(string path, string html, string contentType = "text/html; charset=utf-8") =>
        Put(path, System.Text.Encoding.UTF8.GetBytes(html), contentType);

    public void Put(string path, Func<HttpContext, Task> answer) => _pages[path] = answer;

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    Task ServeAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        if (_pages.TryGetValue(context.Request.Path, out var page))
            return page(context);

        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
