using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Hybrid.Durability.Tests.Crashes;

/// <summary>Someone who says one thing after the other, each until it is acknowledged.</summary>
sealed class Sender(string accessToken, string roomId)
{
    static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromMilliseconds(100);

    readonly List<string> _acknowledged = [];
    int _next;

    string RoomId => roomId;

    IReadOnlyList<string> Acknowledged => _acknowledged;

    static async Task<Sender> RegisterAsync(ServerProcess server, string name, string? roomId)
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

    /// <summary>So many of them, in so many rooms.</summary>
    public static async Task<List<Sender>> RegisterManyAsync(ServerProcess server, int count, int rooms)
    {
        var senders = new List<Sender>();
        for (var i = 0; i < count; i++)
            senders.Add(await RegisterAsync(server, $"sender{i}", i < rooms ? null : senders[i - rooms].RoomId));
        return senders;
    }

    /// <summary>Every room has each acknowledged message, and none twice.</summary>
    public static async Task CheckAsync(ServerProcess server, IEnumerable<Sender> senders)
    {
        foreach (var group in senders.GroupBy(static sender => sender.RoomId))
        {
            var reader = group.First();
            var stored = await reader.HistoryAsync(server);
            Assert.Equal(stored.Count, stored.Distinct().Count());
            foreach (var eventId in group.SelectMany(static sender => sender.Acknowledged).Except(stored))
                Assert.Fail($"{eventId} was acknowledged and is not in the history of {reader.RoomId}; by its ID it is {(await reader.HasAsync(server, eventId) ? "there" : "gone")}");
        }
    }

    /// <summary>Sends until the server is gone.</summary>
    public async Task RunAsync(ServerProcess server, Action<string> told)
    {
        try
        {
            while (true)
                told(Acknowledge(await ReadAsync(await SayAsync(server))));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // The server is gone.
        }
    }

    /// <summary>Sends until <paramref name="end"/>, each message until it is taken; no answer may be other than the event's ID or a clean 503.</summary>
    /// <param name="server">Where.</param>
    /// <param name="told">Hears of each event that was taken.</param>
    /// <param name="refused">Hears of each refusal.</param>
    /// <param name="end">When to send no more; what is under way is waited for.</param>
    public async Task PersistAsync(ServerProcess server, Action<string> told, Action refused, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            using var response = await SayAsync(server);
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                told(Acknowledge(await ReadAsync(response)));
                continue;
            }

            Assert.Equal("M_UNKNOWN", (string?)(await response.Content.ReadFromJsonAsync<JsonObject>(CancellationToken.None))!["errcode"]);
            refused();
            await Task.Delay(PauseAfterRefusal, CancellationToken.None);
        }
    }

    public async Task<bool> HasAsync(ServerProcess server, string eventId)
    {
        using var response = await server.Http.SendAsync(Request(HttpMethod.Get, $"rooms/{Uri.EscapeDataString(roomId)}/event/{Uri.EscapeDataString(eventId)}", null));
        return response.IsSuccessStatusCode;
    }

    /// <summary>The IDs of all messages of the room.</summary>
    async Task<List<string>> HistoryAsync(ServerProcess server)
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

    // With the same transaction ID until it is acknowledged.
    Task<HttpResponseMessage> SayAsync(ServerProcess server) => server.Http.SendAsync(Request(
        HttpMethod.Put,
        $"rooms/{Uri.EscapeDataString(roomId)}/send/m.room.message/n{_next}",
        new JsonObject { ["msgtype"] = "m.text", ["body"] = $"{_next}" }));

    string Acknowledge(JsonObject answer)
    {
        var eventId = (string)answer["event_id"]!;
        // Sent once more after a crash, with its transaction ID, it is the same event.
        if (_acknowledged.Count == 0 || _acknowledged[^1] != eventId)
            _acknowledged.Add(eventId);
        _next++;
        return eventId;
    }

    async Task<JsonObject> SendAsync(ServerProcess server, HttpMethod method, string path, JsonObject? body) =>
        await ReadAsync(await server.Http.SendAsync(Request(method, path, body)));

    static async Task<JsonObject> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, text);
            return JsonNode.Parse(text)!.AsObject();
        }
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
