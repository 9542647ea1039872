using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace Hybrid.Durability.Tests.Crashes;

/// <summary>
/// kill -9 of a real server under load, round after round. HYBRID_KILL_ROUNDS says how many, HYBRID_DATABASE on which engine (a value of
/// the setting <c>database</c>), HYBRID_BIN with which program.
/// </summary>
public sealed class KillRoundsTests(ITestOutputHelper output) : IDisposable
{
    const int OrdinaryRounds = 3;
    const int Senders = 8;
    const int Rooms = 4;

    readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task No_acknowledged_event_is_lost_when_the_server_is_killed_under_load()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("HYBRID_KILL_ROUNDS") ?? $"{OrdinaryRounds}", CultureInfo.InvariantCulture);
        using var server = new ServerProcess(_folder["data"]);
        await server.StartAsync();
        var senders = new List<Sender>();
        for (var i = 0; i < Senders; i++)
            senders.Add(await Sender.RegisterAsync(server, $"sender{i}", i < Rooms ? null : senders[i - Rooms].RoomId));

        var dice = new Random(1);
        var ready = new List<double>();
        var total = 0;
        for (var round = 1; round <= rounds; round++)
        {
            var acknowledged = await CrashAsync(server, senders, dice.Next(20, 200));
            total += acknowledged.Count;
            CheckFile(round);
            ready.Add((await server.StartAsync()).TotalSeconds);
            foreach (var (sender, eventId) in acknowledged)
                Assert.True(await sender.HasAsync(server, eventId), $"round {round}: {eventId} was acknowledged and is lost");
        }

        foreach (var group in senders.GroupBy(static sender => sender.RoomId))
        {
            var stored = await group.First().HistoryAsync(server);
            Assert.Equal(stored.Count, stored.Distinct().Count());
            Assert.Empty(group.SelectMany(static sender => sender.Acknowledged).Except(stored));
        }

        ready.Sort();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rounds} rounds, {total} acknowledged events; ready again after {ready[ready.Count / 2]:0.00} s (median), {ready[^1]:0.00} s (longest), {ready.Count(static seconds => seconds > 3)} times after more than 3 s"));
    }

    public void Dispose() => _folder.Dispose();

    // Killed when so many are acknowledged: in the middle of the sends that are under way.
    static async Task<List<(Sender Sender, string EventId)>> CrashAsync(ServerProcess server, List<Sender> senders, int after)
    {
        var acknowledged = new List<(Sender, string)>();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = senders.ConvertAll(sender => sender.RunAsync(server, eventId =>
        {
            lock (acknowledged)
            {
                acknowledged.Add((sender, eventId));
                if (acknowledged.Count == after)
                    enough.SetResult();
            }
        }));
        var ended = Task.WhenAll(running);
        if (await Task.WhenAny(enough.Task, ended) == ended)
            await ended;
        await server.KillAsync();
        await ended;
        Assert.True(acknowledged.Count >= after, "the senders ended before the server did");
        return acknowledged;
    }

    // On a copy: the server itself is to find the files as they were left.
    void CheckFile(int round)
    {
        if (ServerProcess.Database is not null)
            return;

        using var copy = new TemporaryFolder();
        foreach (var name in new[] { "hybrid.db", "hybrid.db-wal" })
            File.Copy(Path.Combine(_folder["data"], name), copy[name]);
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={copy["hybrid.db"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.True((string?)command.ExecuteScalar() == "ok", $"round {round}");
    }

    /// <summary>Someone who says one thing after the other, each until it is acknowledged.</summary>
    sealed class Sender(string accessToken, string roomId)
    {
        readonly List<string> _acknowledged = [];
        int _next;

        public string RoomId => roomId;

        public IReadOnlyList<string> Acknowledged => _acknowledged;

        public static async Task<Sender> RegisterAsync(ServerProcess server, string name, string? roomId)
        {
            var body = new JsonObject
            {
                ["username"] = name,
                ["password"] = "correct horse battery",
                ["auth"] = new JsonObject { ["type"] = "m.login.dummy" },
            };
            using var response = await server.Http.PostAsJsonAsync("/_matrix/client/v3/register", body);
            var token = (string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["access_token"]!;
            var stranger = new Sender(token, "");
            var answer = roomId is null
                ? await stranger.SendAsync(server, HttpMethod.Post, "createRoom", new JsonObject { ["preset"] = "public_chat" })
                : await stranger.SendAsync(server, HttpMethod.Post, $"join/{Uri.EscapeDataString(roomId)}", []);
            return new Sender(token, (string)answer["room_id"]!);
        }

        /// <summary>Sends until the server is gone.</summary>
        public async Task RunAsync(ServerProcess server, Action<string> told)
        {
            try
            {
                while (true)
                {
                    var path = $"rooms/{Uri.EscapeDataString(roomId)}/send/m.room.message/n{_next}";
                    var answer = await SendAsync(server, HttpMethod.Put, path, new JsonObject { ["msgtype"] = "m.text", ["body"] = $"{_next}" });
                    var eventId = (string)answer["event_id"]!;
                    // Sent once more after a crash, with its transaction ID, it is the same event.
                    if (_acknowledged.Count == 0 || _acknowledged[^1] != eventId)
                        _acknowledged.Add(eventId);
                    _next++;
                    told(eventId);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                // The server is gone.
            }
        }

        public async Task<bool> HasAsync(ServerProcess server, string eventId)
        {
            using var response = await server.Http.SendAsync(Request(HttpMethod.Get, $"rooms/{Uri.EscapeDataString(roomId)}/event/{Uri.EscapeDataString(eventId)}", null));
            return response.IsSuccessStatusCode;
        }

        /// <summary>The IDs of all messages of the room.</summary>
        public async Task<List<string>> HistoryAsync(ServerProcess server)
        {
            var ids = new List<string>();
            string? from = null;
            do
            {
                var query = $"dir=f&limit=100&filter={Uri.EscapeDataString("""{"types":["m.room.message"]}""")}{(from is null ? "" : $"&from={from}")}";
                var page = await SendAsync(server, HttpMethod.Get, $"rooms/{Uri.EscapeDataString(roomId)}/messages?{query}", null);
                ids.AddRange(page["chunk"]!.AsArray().Select(static item => (string)item!["event_id"]!));
                from = (string?)page["end"];
            }
            while (from is not null);
            return ids;
        }

        async Task<JsonObject> SendAsync(ServerProcess server, HttpMethod method, string path, JsonObject? body)
        {
            using var response = await server.Http.SendAsync(Request(method, path, body));
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, text);
            return JsonNode.Parse(text)!.AsObject();
        }

        HttpRequestMessage Request(HttpMethod method, string path, JsonObject? body)
        {
            var request = new HttpRequestMessage(method, $"/_matrix/client/v3/{path}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
            if (body is not null)
                request.Content = JsonContent.Create(body);
            return request;
        }
    }
}
