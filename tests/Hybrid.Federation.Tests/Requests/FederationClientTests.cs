using System.Net;
using System.Net.Sockets;
using System.Text;
using Hybrid.Federation.Requests;
using Hybrid.Federation.Tests.Support;
using Hybrid.Primitives;
using Hybrid.Tests.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Federation.Tests.Requests;

public sealed class FederationClientTests : IAsyncLifetime
{
    const string Target = "/_matrix/federation/v1/event/%24a";

    readonly TestCertificates _certificates = new();
    readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    Func<HttpContext, Task> _answer = static context => context.Response.WriteAsync("""{"a":1}""");
    TestHttpsServer _peer = null!;
    Transport _transport = null!;

    ServerName Peer => ServerName.Parse($"localhost:{_peer.Port}");

    public async Task InitializeAsync()
    {
        _peer = await TestHttpsServer.StartAsync(_certificates, ["localhost", "127.0.0.1"], context => _answer(context));
        _transport = Create(allowPrivate: true);
    }

    public async Task DisposeAsync()
    {
        await _transport.DisposeAsync();
        await _peer.DisposeAsync();
        _certificates.Dispose();
    }

    [Fact]
    public async Task A_request_arrives_as_it_was_signed()
    {
        const string Exact = "/_matrix/federation/v1/event/%24a%2Fb~c%7E?x=%41&y=%c3";
        var body = """{"b":[1]}"""u8.ToArray();
        var answer = await SendAsync(FederationRequest.Put(Exact, body));

        Assert.Equal((200, """{"a":1}"""), (answer.Status, Encoding.UTF8.GetString(answer.Body.Span)));
        var seen = Assert.Single(_peer.Requests);
        Assert.Equal(("PUT", Exact, Peer.Value, "localhost", """{"b":[1]}"""), (seen.Method, seen.Target, seen.Host, seen.ServerNameIndication, seen.Body));
        Assert.True(XMatrix.TryParse(seen.Authorization, out var header));
        Assert.Equal((_transport.Identity.Name, (ServerName?)Peer), (header.Origin, header.Destination));
        Assert.True(RequestSignature.Verify(header, Peer, "PUT", Exact, body, _transport.Identity.Key.PublicKeyBase64));
    }

    [Fact]
    public async Task An_unsigned_request_carries_no_signature()
    {
        await SendAsync(FederationRequest.Get("/_matrix/key/v2/server") with { Unsigned = true });

        Assert.Equal("", Assert.Single(_peer.Requests).Authorization);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task Connections_are_used_again(string host)
    {
        var connections = new HashSet<string>();
        _answer = context =>
        {
            lock (connections)
                connections.Add(context.Connection.Id);
            return context.Response.WriteAsync("{}");
        };
        for (var i = 0; i < 3; i++)
            Assert.Null((await _transport.Client.SendAsync(ServerName.Parse($"{host}:{_peer.Port}"), FederationRequest.Get("/_matrix/x"), default)).Failure);

        Assert.Single(connections);
    }

    [Fact]
    public async Task A_server_at_an_IPv6_address_is_reached_there()
    {
        await using var peer = await TestHttpsServer.StartAsync(_certificates, ["::1"], static context => context.Response.WriteAsync("{}"), IPAddress.IPv6Loopback);
        var result = await _transport.Client.SendAsync(ServerName.Parse($"[::1]:{peer.Port}"), FederationRequest.Get("/_matrix/x"), default);

        Assert.Null(result.Failure?.Message);
        Assert.Equal($"[::1]:{peer.Port}", Assert.Single(peer.Requests).Host);
    }

    [Fact]
    public async Task A_refusal_has_the_error_of_the_peer()
    {
        _answer = static context =>
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync("""{"errcode":"M_FORBIDDEN","error":"Not\nyou","more":7}""");
        };
        var failure = await FailAsync(FederationRequest.Get(Target));

        Assert.Equal((FailureKind.Refused, 403, "M_FORBIDDEN", "Not you"), (failure.Kind, failure.Status, failure.ErrorCode, failure.Message));
        Assert.Contains("\"more\":7", Encoding.UTF8.GetString(failure.Body.Span));
        Assert.True(failure.IsRefusal);
        Assert.Equal(MatrixError.Forbidden("Not you"), failure.ToMatrixError());
        Assert.Null(await _transport.Health.FindAsync(Peer, default));
    }

    [Theory]
    [InlineData(401, "M_UNAUTHORIZED", 502)]
    [InlineData(429, "M_LIMIT_EXCEEDED", 502)]
    [InlineData(500, "M_UNKNOWN", 502)]
    public async Task A_server_that_wants_no_more_requests_is_left_alone(int status, string code, int shown)
    {
        _answer = context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync($$"""{"errcode":"{{code}}"}""");
        };
        var failure = await FailAsync(FederationRequest.Get(Target));

        Assert.Equal((status, code, shown), (failure.Status, failure.ErrorCode, failure.ToMatrixError().Status));
        Assert.NotNull(await _transport.Health.FindAsync(Peer, default));
    }

    [Fact]
    public async Task A_refusal_by_a_proxy_has_no_errcode()
    {
        _answer = static context =>
        {
            context.Response.StatusCode = 404;
            return context.Response.WriteAsync("<html>nothing here</html>");
        };
        var failure = await FailAsync(FederationRequest.Get(Target));

        Assert.Equal((404, "M_UNKNOWN"), (failure.Status, failure.ErrorCode));
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        _answer = static context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };
        Assert.Equal(FailureKind.BadAnswer, (await FailAsync(FederationRequest.Get(Target))).Kind);
        Assert.Single(_peer.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_is_too_large_is_none(bool announced)
    {
        _answer = context =>
        {
            if (announced)
                context.Response.ContentLength = 3000;
            return context.Response.WriteAsync(new string('x', 3000));
        };
        Assert.Equal(FailureKind.BadAnswer, (await FailAsync(FederationRequest.Get(Target) with { MaxAnswerBytes = 2000, EvenInBackOff = true })).Kind);
        Assert.Equal(3000, (await SendAsync(FederationRequest.Get(Target) with { MaxAnswerBytes = 3000, EvenInBackOff = true })).Body.Length);
    }

    [Fact]
    public async Task A_compressed_answer_is_bounded_as_it_is_read()
    {
        _answer = static async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new System.IO.Compression.GZipStream(context.Response.Body, System.IO.Compression.CompressionLevel.Optimal);
            await gzip.WriteAsync(new byte[1 << 20]);
        };
        Assert.Equal(FailureKind.BadAnswer, (await FailAsync(FederationRequest.Get(Target) with { MaxAnswerBytes = 100_000, EvenInBackOff = true })).Kind);
        Assert.Equal(1 << 20, (await SendAsync(FederationRequest.Get(Target) with { EvenInBackOff = true })).Body.Length);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time()
    {
        var (arrived, release) = (Signal(), Signal());
        _answer = async _ =>
        {
            arrived.SetResult();
            await release.Task;
        };
        var sent = _transport.Client.SendAsync(Peer, FederationRequest.Get(Target) with { Timeout = TimeSpan.FromSeconds(30) }, default).AsTask();
        await arrived.Task;
        _time.Advance(TimeSpan.FromSeconds(31));

        var failure = (await sent).Failure!;
        Assert.Equal((FailureKind.TimedOut, 504), (failure.Kind, failure.ToMatrixError().Status));
        Assert.NotNull(await _transport.Health.FindAsync(Peer, default));
        release.SetResult();
    }

    [Fact]
    public async Task Who_gives_up_gets_an_exception_and_the_server_is_not_to_blame()
    {
        var (arrived, release) = (Signal(), Signal());
        _answer = async _ =>
        {
            arrived.SetResult();
            await release.Task;
        };
        using var cancelled = new CancellationTokenSource();
        var sent = _transport.Client.SendAsync(Peer, FederationRequest.Get(Target), cancelled.Token).AsTask();
        await arrived.Task;
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sent);
        Assert.Null(await _transport.Health.FindAsync(Peer, default));
        release.SetResult();
    }

    [Fact]
    public async Task A_server_with_the_certificate_of_another_is_not_spoken_to()
    {
        await using var wrong = await TestHttpsServer.StartAsync(_certificates, ["other.test"], static context => context.Response.WriteAsync("{}"));
        var failure = (await _transport.Client.SendAsync(ServerName.Parse($"localhost:{wrong.Port}"), FederationRequest.Get(Target), default)).Failure!;

        Assert.Equal(FailureKind.Unreachable, failure.Kind);
        Assert.Empty(wrong.Requests);
    }

    [Fact]
    public async Task A_server_of_an_unknown_authority_is_not_spoken_to()
    {
        using var others = new TestCertificates();
        await using var wrong = await TestHttpsServer.StartAsync(others, ["localhost"], static context => context.Response.WriteAsync("{}"));
        var failure = (await _transport.Client.SendAsync(ServerName.Parse($"localhost:{wrong.Port}"), FederationRequest.Get(Target), default)).Failure!;

        Assert.Equal(FailureKind.Unreachable, failure.Kind);
        Assert.Empty(wrong.Requests);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::ffff:127.0.0.1]")]
    public async Task Private_addresses_are_refused_unless_the_operator_allows_them(string host)
    {
        await using var careful = Create(allowPrivate: false);
        var failure = (await careful.Client.SendAsync(ServerName.Parse($"{host}:{_peer.Port}"), FederationRequest.Get(Target), default)).Failure!;

        Assert.Equal(FailureKind.Unreachable, failure.Kind);
        Assert.Contains("does not connect to", failure.Message);
        Assert.Empty(_peer.Requests);
    }

    [Fact]
    public async Task A_server_does_not_ask_itself()
    {
        var failure = (await _transport.Client.SendAsync(_transport.Identity.Name, FederationRequest.Get(Target), default)).Failure!;

        Assert.Equal(FailureKind.Unreachable, failure.Kind);
        Assert.Null(await _transport.Health.FindAsync(_transport.Identity.Name, default));
    }

    [Fact]
    public async Task A_dead_server_is_left_alone_until_it_is_time_or_someone_insists()
    {
        var dead = ServerName.Parse($"127.0.0.1:{UnusedPort()}");
        ValueTask<FederationResult<FederationAnswer>> TryAsync(bool insist = false) =>
            _transport.Client.SendAsync(dead, FederationRequest.Get(Target) with { EvenInBackOff = insist }, default);

        Assert.Equal(FailureKind.Unreachable, (await TryAsync()).Failure!.Kind);
        var backOff = await _transport.Health.FindAsync(dead, default);
        var failure = (await TryAsync()).Failure!;
        Assert.Equal((FailureKind.BackedOff, backOff!.RetryAt), (failure.Kind, failure.RetryAt));

        Assert.Equal(FailureKind.Unreachable, (await TryAsync(insist: true)).Failure!.Kind);
        Assert.Equal(backOff, await _transport.Health.FindAsync(dead, default));

        _time.SetUtcNow(backOff.RetryAt);
        Assert.Equal(FailureKind.Unreachable, (await TryAsync()).Failure!.Kind);
        Assert.True((await _transport.Health.FindAsync(dead, default))!.RetryInterval > backOff.RetryInterval);
    }

    [Fact]
    public async Task An_answer_ends_a_back_off()
    {
        await _transport.Health.FailedAsync(Peer, _time.GetUtcNow(), default);
        await SendAsync(FederationRequest.Get(Target) with { EvenInBackOff = true });

        Assert.Null(await _transport.Health.FindAsync(Peer, default));
    }

    [Fact]
    public async Task An_answer_can_be_read_as_it_comes()
    {
        var (half, rest) = (Signal(), Signal());
        _answer = async context =>
        {
            context.Response.ContentType = "multipart/mixed; boundary=x";
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            half.SetResult();
            await rest.Task;
            await context.Response.WriteAsync("second");
        };
        Assert.True((await _transport.Client.OpenAsync(Peer, FederationRequest.Get(Target), default)).TryGet(out var answer, out _));
        await using (answer)
        {
            Assert.Equal((200, "multipart/mixed; boundary=x", null), (answer.Status, answer.ContentType, answer.Length));
            await half.Task;
            var buffer = new byte[5];
            await answer.Body.ReadExactlyAsync(buffer);
            Assert.Equal("first", Encoding.UTF8.GetString(buffer));
            rest.SetResult();
            using var reader = new StreamReader(answer.Body);
            Assert.Equal("second", await reader.ReadToEndAsync());
        }
    }

    [Fact]
    public async Task An_answer_that_is_read_as_it_comes_is_bounded_too()
    {
        _answer = static context => context.Response.WriteAsync(new string('x', 3000));
        Assert.True((await _transport.Client.OpenAsync(Peer, FederationRequest.Get(Target) with { MaxAnswerBytes = 2000 }, default)).TryGet(out var answer, out _));
        await using (answer)
            await Assert.ThrowsAsync<IOException>(() => answer.Body.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task A_peer_that_stops_in_the_middle_is_not_waited_for()
    {
        var (half, release) = (Signal(), Signal());
        _answer = async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            half.SetResult();
            await release.Task;
        };
        Assert.True((await _transport.Client.OpenAsync(Peer, FederationRequest.Get(Target) with { Timeout = TimeSpan.FromSeconds(9) }, default)).TryGet(out var answer, out _));
        await using (answer)
        {
            await half.Task;
            await answer.Body.ReadExactlyAsync(new byte[5]);
            var read = answer.Body.ReadAsync(new byte[5]).AsTask();
            _time.Advance(TimeSpan.FromSeconds(10));
            await Assert.ThrowsAsync<IOException>(() => read);
        }

        release.SetResult();
    }

    [Fact]
    public async Task A_clock_that_is_wrong_is_warned_about_once_an_hour()
    {
        await SendAsync(FederationRequest.Get(Target));
        Assert.Empty(_transport.Log.Warnings);

        _answer = context =>
        {
            context.Response.Headers.Date = (_time.GetUtcNow() + TimeSpan.FromMinutes(5)).ToString("R");
            return context.Response.WriteAsync("{}");
        };
        await SendAsync(FederationRequest.Get(Target));
        await SendAsync(FederationRequest.Get(Target));
        Assert.Contains($"The clock of {Peer} is 00:0", Assert.Single(_transport.Log.Warnings));
        Assert.Contains("ahead of this server's", _transport.Log.Warnings.First());

        _time.Advance(TimeSpan.FromHours(2));
        await SendAsync(FederationRequest.Get(Target));
        Assert.Equal(2, _transport.Log.Warnings.Count);
    }

    static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    Transport Create(bool allowPrivate) =>
        new(new FederationOptions { Authorities = _certificates.Authorities, AllowPrivateAddresses = allowPrivate }, _time);

    async Task<FederationAnswer> SendAsync(FederationRequest request)
    {
        var result = await _transport.Client.SendAsync(Peer, request, default);
        Assert.True(result.TryGet(out var answer, out var failure), failure?.ToString());
        return answer;
    }

    async Task<FederationFailure> FailAsync(FederationRequest request)
    {
        var result = await _transport.Client.SendAsync(Peer, request, default);
        return Assert.IsType<FederationFailure>(result.Failure);
    }
}
