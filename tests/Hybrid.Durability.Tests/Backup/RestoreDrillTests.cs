using System.CommandLine;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Server.Commands;
using Hybrid.Server.Composition;
using Xunit;

namespace Hybrid.Durability.Tests.Backup;

/// <summary>The restore drill: a server is backed up by the commands while people use it, and another one is started on what was restored.</summary>
public sealed class RestoreDrillTests : IDisposable
{
    const int Senders = 4;
    const int AcknowledgedBefore = 120;

    readonly TemporaryFolder _folder = new();
    readonly StringWriter _output = new();
    readonly StringWriter _error = new();

    [Fact]
    public async Task What_was_acknowledged_before_a_backup_under_load_is_there_after_the_restore()
    {
        await using var server = await TestServer.StartAsync(static settings => settings);
        var picture = RandomNumberGenerator.GetBytes(300_000);
        var host = await server.RegisterAsync("host");
        var media = await UploadAsync(server, host, picture);
        var senders = new List<Sender>();
        for (var i = 0; i < Senders; i++)
        {
            var user = await server.RegisterAsync();
            senders.Add(new Sender(server, user, await user.CreateRoomAsync()));
        }

        using var stop = new CancellationTokenSource();
        var running = senders.ConvertAll(sender => sender.RunAsync(stop.Token));
        await Task.WhenAll(senders.ConvertAll(static sender => sender.EnoughAsync));
        var before = senders.ConvertAll(static sender => sender.Acknowledged);
        Assert.Equal(0, await RunAsync(server.DataFolder, "backup", "--to", _folder["backup"]));
        await stop.CancelAsync();
        await Task.WhenAll(running);
        // A second one, of a server that was used for a moment: the picture and most of the database are there already.
        Assert.Equal(0, await RunAsync(server.DataFolder, "backup", "--to", _folder["backup"]));
        Assert.Equal(0, await RunAsync(server.DataFolder, "backup", "--to", _folder["backup"], "--verify"));
        Assert.Equal(0, await RunAsync(server.DataFolder, "backup", "--to", _folder["backup"], "--list"));
        var first = System.Text.RegularExpressions.Regex.Match(_output.ToString(), @"snapshot  (\S+)").Groups[1].Value;

        Assert.True(await RunAsync("unused", "restore", "--from", _folder["backup"], "--snapshot", first, "--data", _folder["restored"]) == 0, _error.ToString());
        Assert.Matches(@"media     (\d+) of \1 files", _output.ToString());
        Assert.Matches(@"written   .* in [1-9]\d* chunks", _output.ToString());

        await using var restored = await TestServer.StartAsync(settings => settings with
        {
            DataFolder = _folder["restored"],
            DatabasePath = Path.Combine(_folder["restored"], "hybrid.db"),
        });
        for (var i = 0; i < Senders; i++)
        {
            var user = senders[i].On(restored);
            foreach (var eventId in before[i])
                _ = (await user.GetAsync($"rooms/{Uri.EscapeDataString(senders[i].RoomId)}/event/{Uri.EscapeDataString(eventId)}")).Ok;
            _ = (await user.SetStateAsync(senders[i].RoomId, "m.room.topic", "", """{"topic":"going on"}""")).Ok;
        }

        Assert.Equal(picture, await DownloadAsync(restored, host, media));
        var login = new JsonObject
        {
            ["type"] = "m.login.password",
            ["identifier"] = new JsonObject { ["type"] = "m.id.user", ["user"] = "host" },
            ["password"] = "correct horse battery",
        };
        using var answer = await restored.Http.PostAsJsonAsync("/_matrix/client/v3/login", login);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task What_cannot_be_done_is_one_line_and_an_exit_code()
    {
        Assert.Equal(1, await RunAsync(_folder["nothing"], "backup", "--to", _folder["backup"]));
        Assert.Equal(1, await RunAsync(_folder["nothing"], "restore", "--from", _folder["nothing"], "--data", _folder["data"]));
        Assert.Equal(1, await RunAsync(_folder["nothing"], "backup", "--list", "--to", _folder["nothing"]));
        var lines = _error.ToString().TrimEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.All(lines, static line => Assert.StartsWith("hybrid: ", line, StringComparison.Ordinal));
        Assert.NotEqual(0, await RunAsync(_folder["nothing"], "backup", "--to", _folder["backup"], "--keep", "0"));
    }

    public void Dispose() => _folder.Dispose();

    static async Task<string> UploadAsync(TestServer server, TestUser user, byte[] content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_matrix/media/v3/upload") { Content = new ByteArrayContent(content) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        using var response = await server.Http.SendAsync(request);
        return ((string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["content_uri"]!)["mxc://".Length..];
    }

    static async Task<byte[]> DownloadAsync(TestServer server, TestUser user, string media)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/_matrix/client/v1/media/download/{media}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        using var response = await server.Http.SendAsync(request);
        return await response.Content.ReadAsByteArrayAsync();
    }

    Task<int> RunAsync(string data, params string[] arguments)
    {
        var ports = new CommandPorts { Serve = static (_, _) => throw new InvalidOperationException(), Backup = BackupComposition.Ports };
        var environment = new Dictionary<string, string> { ["HYBRID_DATA"] = data, ["HYBRID_SERVER_NAME"] = "test.local" };
        return CommandLine.RunAsync(
            CommandLine.Create(ports, environment, TextReader.Null), arguments,
            new InvocationConfiguration { Output = _output, Error = _error }, CancellationToken.None);
    }

    /// <summary>Someone who says one thing after the other.</summary>
    sealed class Sender(TestServer server, TestUser user, string roomId)
    {
        readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly List<string> _acknowledged = [];

        public string RoomId => roomId;

        public Task EnoughAsync => _enough.Task;

        public IReadOnlyList<string> Acknowledged
        {
            get
            {
                lock (_acknowledged)
                    return [.. _acknowledged];
            }
        }

        public TestUser On(TestServer other) => new(other, user.UserId, user.AccessToken, user.DeviceId);

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            for (var i = 0; !cancellationToken.IsCancellationRequested; i++)
            {
                if (i % 20 == 0)
                    await UploadAsync(server, user, RandomNumberGenerator.GetBytes(1000));
                var eventId = await user.SayAsync(roomId, $"{i}");
                lock (_acknowledged)
                {
                    _acknowledged.Add(eventId);
                    if (_acknowledged.Count == AcknowledgedBefore)
                        _enough.SetResult();
                }
            }
        }
    }
}
