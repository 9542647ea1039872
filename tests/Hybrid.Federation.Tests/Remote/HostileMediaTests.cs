using System.Text;
using Hybrid.Federation.Tests.Support;
using Hybrid.Media.Remote;
using Hybrid.Primitives;
using Hybrid.Storage.Media;
using Hybrid.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace Hybrid.Federation.Tests.Remote;

/// <summary>Media of a peer that sends what it likes.</summary>
public sealed class HostileMediaTests : IAsyncLifetime
{
    const string Multipart = "multipart/mixed; boundary=b";
    const string Metadata = "--b\r\nContent-Type: application/json\r\n\r\n{}\r\n";
    const int MaxBytes = 1000;

    readonly TestCertificates _certificates = new();
    Func<HttpContext, Task> _answer = static _ => Task.CompletedTask;
    TestHttpsServer _peer = null!;
    Transport _transport = null!;

    public async Task InitializeAsync()
    {
        _peer = await TestHttpsServer.StartAsync(_certificates, ["localhost", "127.0.0.1"], context => _answer(context));
        _transport = new Transport(new FederationOptions { Authorities = _certificates.Authorities, AllowPrivateAddresses = true });
    }

    public async Task DisposeAsync()
    {
        await _transport.DisposeAsync();
        await _peer.DisposeAsync();
        _certificates.Dispose();
    }

    [Theory]
    [InlineData("Content-Type: image/png\r\nContent-Disposition: inline; filename=\"a.png\"\r\n", "image/png", "a.png")]
    [InlineData("Content-Type: image/png\r\nContent-Disposition: attachment; filename*=utf-8''%C3%BC.png\r\n", "image/png", "ü.png")]
    [InlineData("content-type: text/html\r\ncontent-disposition: nonsense=;;\r\n", "text/html", null)]
    [InlineData("", null, null)]
    public async Task The_second_part_is_the_media(string headers, string? type, string? name)
    {
        Answer(Multipart, $"{Metadata}--b\r\n{headers}\r\nthe bytes\r\n--b--\r\n");

        Assert.Equal(("the bytes", type, name), await ReadAsync());
    }

    [Theory]
    [InlineData("application/octet-stream", Metadata + "--b\r\n\r\nx\r\n--b--")]
    [InlineData("multipart/mixed", Metadata + "--b\r\n\r\nx\r\n--b--")]
    [InlineData("multipart/mixed; boundary=\"\"", Metadata + "--b\r\n\r\nx\r\n--b--")]
    [InlineData(Multipart, "")]
    [InlineData(Multipart, Metadata)]
    [InlineData(Multipart, Metadata + "--b--\r\n")]
    [InlineData(Multipart, "--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n")]
    [InlineData(Multipart, "--b\r\nno header\r\n\r\n{}\r\n--b\r\n\r\nx\r\n--b--")]
    [InlineData(Multipart, Metadata + "--b\r\nContent-Type: image/png\r\n\r\nbroken off")]
    [InlineData(Multipart, Metadata + "--b\r\nLocation: file:///etc/passwd\r\n\r\n\r\n--b--\r\n")]
    [InlineData(Multipart, Metadata + "--b\r\nLocation: /relative\r\n\r\n\r\n--b--\r\n")]
    [InlineData(Multipart, Metadata + "--b\r\nLocation: https://user:password@localhost/\r\n\r\n\r\n--b--\r\n")]
    public async Task What_is_no_such_answer_is_refused(string type, string body)
    {
        Answer(type, body);

        Assert.Equal((502, "M_UNKNOWN"), await RefusedAsync());
    }

    [Fact]
    public async Task Floods_end()
    {
        var many = new string('x', 300_000);
        Answer(Multipart, $"--b\r\nContent-Type: application/json\r\n\r\n{many}\r\n--b\r\n\r\nx\r\n--b--");
        Assert.Equal(502, (await RefusedAsync()).Status);
        Answer(Multipart, $"--b\r\nContent-Type: application/json\r\nX: {many}\r\n\r\n{{}}\r\n--b\r\n\r\nx\r\n--b--");
        Assert.Equal(502, (await RefusedAsync()).Status);
        Answer($"multipart/mixed; boundary={new string('b', 71)}", Metadata);
        Assert.Equal(502, (await RefusedAsync()).Status);

        _answer = async context =>
        {
            context.Response.ContentType = Multipart;
            context.Response.ContentLength = 10_000_000;
            await context.Response.WriteAsync(Metadata);
        };
        Assert.Equal((502, "M_TOO_LARGE"), await RefusedAsync());
    }

    [Fact]
    public async Task A_server_that_does_not_know_the_endpoint_is_asked_at_the_old_one_without_a_signature()
    {
        _answer = async context =>
        {
            if (context.Request.Path.StartsWithSegments("/_matrix/federation"))
            {
                context.Response.StatusCode = 404;
                await context.Response.WriteAsync("""{"errcode":"M_UNRECOGNIZED"}""");
                return;
            }

            context.Response.ContentType = "image/gif";
            context.Response.Headers.ContentDisposition = "inline; filename=old.gif";
            await context.Response.WriteAsync("old bytes");
        };

        Assert.Equal(("old bytes", "image/gif", "old.gif"), await ReadAsync());
        var requests = _peer.Requests.ToArray();
        Assert.Equal($"/_matrix/media/v3/download/{Uri.EscapeDataString(Peer.Value)}/abc?allow_remote=false&timeout_ms=100", requests[1].Target);
        Assert.Equal("", requests[1].Authorization);
    }

    [Theory]
    [InlineData(404, "M_NOT_FOUND", 404, "M_NOT_FOUND")]
    [InlineData(504, "M_NOT_YET_UPLOADED", 504, "M_NOT_YET_UPLOADED")]
    [InlineData(502, "M_TOO_LARGE", 502, "M_TOO_LARGE")]
    [InlineData(403, "M_FORBIDDEN", 403, "M_FORBIDDEN")]
    [InlineData(401, "M_UNAUTHORIZED", 502, "M_UNKNOWN")]
    [InlineData(500, "M_UNKNOWN", 502, "M_UNKNOWN")]
    public async Task Refusals_are_told_as_users_understand_them(int status, string code, int told, string toldCode)
    {
        _answer = async context =>
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync($$"""{"errcode":"{{code}}","error":"No."}""");
        };

        Assert.Equal((told, toldCode), await RefusedAsync());
    }

    [Fact]
    public async Task A_redirect_is_followed_once_and_without_a_signature()
    {
        var store = await TestHttpsServer.StartAsync(_certificates, ["localhost"], static async context =>
        {
            context.Response.ContentType = "image/webp";
            await context.Response.WriteAsync("from the store");
        });
        await using (store)
        {
            Answer(Multipart, $"{Metadata}--b\r\nLocation: https://localhost:{store.Port}/file?key=1\r\n\r\n\r\n--b--\r\n");
            Assert.Equal(("from the store", "image/webp", null), await ReadAsync());
            var seen = Assert.Single(store.Requests);
            Assert.Equal(("/file?key=1", ""), (seen.Target, seen.Authorization));
        }

        Assert.Equal((502, "M_UNKNOWN"), await RefusedAsync());
    }

    [Fact]
    public async Task A_redirect_into_the_operators_network_is_not_followed()
    {
        await using var strict = new Transport(new FederationOptions { Authorities = _certificates.Authorities });
        var http = strict.Get<Federation.Requests.FederationHttp>();

        await Assert.ThrowsAsync<HttpRequestException>(() => http.Plain.GetAsync(new Uri($"https://localhost:{_peer.Port}/")));
        Assert.Empty(_peer.Requests);
    }

    ServerName Peer => ServerName.Parse($"localhost:{_peer.Port}");

    void Answer(string type, string body) => _answer = context =>
    {
        context.Response.ContentType = type;
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body)).AsTask();
    };

    ValueTask<Result<RemoteContent>> OpenAsync() =>
        _transport.Get<IRemoteMediaSource>().OpenAsync(new RemoteMediaKey(Peer, MediaId.Parse("abc")), TimeSpan.FromMilliseconds(100), MaxBytes, default);

    async Task<(string Text, string? ContentType, string? FileName)> ReadAsync()
    {
        var opened = await OpenAsync();
        Assert.True(opened.TryGet(out var media, out var error), error?.ToString());
        await using (media)
        {
            using var reader = new StreamReader(media.Body);
            return (await reader.ReadToEndAsync(), media.ContentType, media.FileName);
        }
    }

    // Refused when it is opened, or when it is read: then, as whoever keeps it says.
    async Task<(int Status, string Code)> RefusedAsync()
    {
        var opened = await OpenAsync();
        if (!opened.TryGet(out var media, out var error))
            return (error.Status, error.Code);

        await using (media)
            await Assert.ThrowsAnyAsync<IOException>(() => media.Body.CopyToAsync(Stream.Null));
        return (502, "M_UNKNOWN");
    }
}
