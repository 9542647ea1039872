using System.Net.Sockets;
using System.Text;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Http.Limits;
using Xunit;

namespace Hybrid.ClientApi.Tests.Requests;

/// <summary>Clients that hold a connection open with little to say on it, over real sockets.</summary>
public sealed class SlowRequestTests
{
    static readonly TimeSpan Short = TimeSpan.FromSeconds(2);
    static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    // Whoever is cut off hears of it well before this, and who is not never does.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Headers_that_do_not_end_end_the_connection()
    {
        await using var server = await StartAsync(new RequestTimes { Headers = Short });

        var answer = await SendAsync(server, "GET /_matrix/client/versions HTTP/1.1\r\nHost: test\r\nX-Slow: ", drip: "x");

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_refused()
    {
        await using var server = await StartAsync(new RequestTimes { LeastBytesPerSecond = 100, Grace = Short, Body = Long });

        AssertRefused(await SendAsync(server, Login("Content-Length: 5000") + "{", drip: null));
    }

    [Theory]
    [InlineData("Content-Length: 5000", "x")]
    [InlineData("Transfer-Encoding: chunked", "1\r\nx\r\n")]
    public async Task A_body_that_comes_a_little_at_a_time_and_does_not_end_is_refused(string header, string drip)
    {
        await using var server = await StartAsync(new RequestTimes { LeastBytesPerSecond = 1, Grace = Long, Body = Short });

        AssertRefused(await SendAsync(server, Login(header), drip));
    }

    [Fact]
    public async Task An_upload_that_does_not_come_is_refused()
    {
        await using var server = await StartAsync(new RequestTimes { LeastBytesPerSecond = 100, Grace = Short });
        var alice = await server.RegisterAsync();

        AssertRefused(await SendAsync(
            server, $"POST /_matrix/media/v3/upload HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {alice.AccessToken}\r\nContent-Length: 5000\r\n\r\nx", drip: null));
    }

    static Task<TestServer> StartAsync(RequestTimes times) => TestServer.StartAsync(settings => settings with { RequestTimes = times });

    static string Login(string header) => $"POST /_matrix/client/v3/login HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n{header}\r\n\r\n";

    static void AssertRefused(string answer)
    {
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"errcode\":\"M_UNKNOWN\"", answer, StringComparison.Ordinal);
    }

    // Sends, goes on to send a little now and then, and returns all that the server says until it ends the connection.
    static async Task<string> SendAsync(TestServer server, string start, string? drip)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Http.BaseAddress!.Host, server.Http.BaseAddress.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(start));
        using var answered = new CancellationTokenSource();
        var dripping = drip is null ? Task.CompletedTask : DripAsync(stream, Encoding.ASCII.GetBytes(drip), answered.Token);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience) is var read and > 0)
                answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
        catch (IOException) when (answer.Length > 0)
        {
            // What was still on its way when the server closed comes back as a reset.
        }

        await answered.CancelAsync();
        await dripping;
        return answer.ToString();
    }

    static async Task DripAsync(NetworkStream stream, byte[] drop, CancellationToken cancellationToken)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (await pace.WaitForNextTickAsync(cancellationToken))
                await stream.WriteAsync(drop, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The server has had enough, as it should.
        }
    }
}
