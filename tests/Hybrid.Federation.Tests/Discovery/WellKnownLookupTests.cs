using System.Net;
using Hybrid.Federation.Discovery;
using Hybrid.Federation.Tests.Support;
using Hybrid.Primitives;
using Hybrid.Tests.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Federation.Tests.Discovery;

public sealed class WellKnownLookupTests : IAsyncLifetime
{
    static readonly ServerName Delegated = ServerName.Parse("matrix.example.test:443");

    readonly TestCertificates _certificates = new();
    readonly TestNameServer _names = new();
    readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    Func<HttpContext, Task> _answer = static context => context.Response.WriteAsync($$"""{"m.server":"{{Delegated}}"}""");
    TestHttpsServer _host = null!;
    Transport _transport = null!;

    public async Task InitializeAsync()
    {
        _host = await TestHttpsServer.StartAsync(_certificates, ["example.test"], context => _answer(context));
        _names.AddAddress("example.test", IPAddress.Loopback);
        _names.AddAddress("wrong.test", IPAddress.Loopback);
        _transport = Create(allowPrivate: true);
    }

    public async Task DisposeAsync()
    {
        await _transport.DisposeAsync();
        await _host.DisposeAsync();
        _names.Dispose();
        _certificates.Dispose();
    }

    [Fact]
    public async Task An_answer_is_remembered_for_a_day()
    {
        Assert.Equal(Delegated, await FindAsync());
        _time.Advance(TimeSpan.FromHours(18));
        Assert.Equal(Delegated, await FindAsync());
        Assert.Single(_host.Requests);

        _time.Advance(TimeSpan.FromHours(8));
        Assert.Equal(Delegated, await FindAsync());
        Assert.Equal(2, _host.Requests.Count);
    }

    [Theory]
    [InlineData("max-age=1", 3, 6)]
    [InlineData("no-store", 3, 6)]
    [InlineData("public, max-age=600", 7, 11)]
    [InlineData("max-age=31536000", 30 * 60, 49 * 60)]
    public async Task It_is_remembered_for_as_long_as_it_says_within_bounds(string cacheControl, int minutesRemembered, int minutesForgotten)
    {
        _answer = context =>
        {
            context.Response.Headers.CacheControl = cacheControl;
            return context.Response.WriteAsync($$"""{"m.server":"{{Delegated}}"}""");
        };
        await FindAsync();
        _time.Advance(TimeSpan.FromMinutes(minutesRemembered));
        await FindAsync();
        Assert.Single(_host.Requests);

        _time.Advance(TimeSpan.FromMinutes(minutesForgotten - minutesRemembered));
        await FindAsync();
        Assert.Equal(2, _host.Requests.Count);
    }

    [Theory]
    [InlineData(404, """{"m.server":"matrix.example.test:443"}""")]
    [InlineData(200, "no JSON")]
    [InlineData(200, "[]")]
    [InlineData(200, "{}")]
    [InlineData(200, """{"m.server":7}""")]
    [InlineData(200, """{"m.server":"not a name"}""")]
    [InlineData(200, """{"m.server":"\ud800"}""")]
    public async Task Anything_but_an_answer_is_none_for_an_hour(int status, string body)
    {
        _answer = context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        };
        Assert.Null(await FindAsync());
        _time.Advance(TimeSpan.FromMinutes(50));
        Assert.Null(await FindAsync());
        Assert.Single(_host.Requests);
    }

    [Fact]
    public async Task A_host_that_fails_is_asked_again_after_pauses_that_grow()
    {
        _answer = static context => Status(context, 503);
        Assert.Null(await FindAsync());
        Assert.Null(await FindAsync());
        Assert.Single(_host.Requests);

        _time.Advance(TimeSpan.FromSeconds(70));
        Assert.Null(await FindAsync());
        Assert.Equal(2, _host.Requests.Count);
        _time.Advance(TimeSpan.FromSeconds(70));
        Assert.Null(await FindAsync());
        Assert.Equal(2, _host.Requests.Count);

        _transport.Get<ServerResolver>().Recheck(ServerName.Parse("example.test"));
        Assert.Null(await FindAsync());
        Assert.Equal(3, _host.Requests.Count);
    }

    [Fact]
    public async Task While_a_host_fails_what_it_said_before_stands()
    {
        await FindAsync();
        _answer = static context => Status(context, 500);
        _time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(Delegated, await FindAsync());
        Assert.Equal(2, _host.Requests.Count);

        _time.Advance(TimeSpan.FromHours(3));
        Assert.Null(await FindAsync());
    }

    [Fact]
    public async Task Redirects_are_followed_to_https_and_not_in_circles()
    {
        _answer = context => context.Request.Path == "/there" ? context.Response.WriteAsync($$"""{"m.server":"{{Delegated}}"}""") : Redirect(context, "/there");
        Assert.Equal(Delegated, await FindAsync());

        _time.Advance(TimeSpan.FromDays(3));
        _answer = static context => Redirect(context, "/again");
        Assert.Null(await FindAsync());
        Assert.Equal(2 + 6, _host.Requests.Count);

        _time.Advance(TimeSpan.FromDays(3));
        _answer = static context => Redirect(context, "http://example.test/there");
        Assert.Null(await FindAsync());
        Assert.Equal(2 + 6 + 1, _host.Requests.Count);
    }

    [Fact]
    public async Task An_answer_that_is_too_long_is_none()
    {
        _answer = static context => context.Response.WriteAsync("{\"m.server\":\"matrix.example.test:443\",\"x\":\"" + new string('x', 60_000) + "\"}");
        Assert.Null(await FindAsync());
    }

    [Fact]
    public async Task Many_who_ask_at_once_ask_once()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _answer = async context =>
        {
            await release.Task;
            await context.Response.WriteAsync($$"""{"m.server":"{{Delegated}}"}""");
        };
        using var cancelled = new CancellationTokenSource();
        var impatient = _transport.Get<WellKnownLookup>().FindAsync("example.test", cancelled.Token).AsTask();
        var asked = Enumerable.Range(0, 20).Select(_ => FindAsync()).ToList();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        release.SetResult();

        Assert.All(await Task.WhenAll(asked), static found => Assert.Equal(Delegated, found));
        Assert.Single(_host.Requests);
    }

    [Fact]
    public async Task A_host_with_the_certificate_of_another_is_not_believed()
    {
        Assert.Null(await _transport.Get<WellKnownLookup>().FindAsync("wrong.test", default));
        Assert.Empty(_host.Requests);
    }

    [Fact]
    public async Task Private_addresses_are_not_asked_unless_the_operator_allows_it()
    {
        await using var careful = Create(allowPrivate: false);

        Assert.Null(await careful.Get<WellKnownLookup>().FindAsync("example.test", default));
        Assert.Empty(_host.Requests);
    }

    static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    static Task Redirect(HttpContext context, string location)
    {
        context.Response.Redirect(location);
        return Task.CompletedTask;
    }

    Task<ServerName?> FindAsync() => _transport.Get<WellKnownLookup>().FindAsync("example.test", default).AsTask();

    Transport Create(bool allowPrivate) => new(
        new FederationOptions
        {
            Authorities = _certificates.Authorities,
            AllowPrivateAddresses = allowPrivate,
            NameServer = _names.Address,
            WellKnownPort = _host.Port,
        },
        _time);
}
