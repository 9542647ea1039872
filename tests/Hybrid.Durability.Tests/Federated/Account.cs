using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hybrid.Durability.Tests.Crashes;

namespace Hybrid.Durability.Tests.Federated;

/// <summary>What a server answers, and after how many requests.</summary>
readonly record struct Answer(int Status, JsonObject Body, int Attempts)
{
    public string EventId => (string)Body["event_id"]!;

    public override string ToString() => $"{Status} {Body.ToJsonString()}";
}

/// <summary>A user with one device, whose requests reach a server that may be away.</summary>
sealed class Account(ServerProcess server, string userId, string deviceId, string accessToken)
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // Servers are away for a second or two.
    static readonly TimeSpan LongestJoin = TimeSpan.FromMinutes(1);

    public ServerProcess Server { get; } = server;

    public string UserId { get; } = userId;

    public string DeviceId { get; } = deviceId;

    /// <summary>Name and port of the server.</summary>
    public string ServerName => UserId[(UserId.IndexOf(':', StringComparison.Ordinal) + 1)..];

    public static async Task<Account> RegisterAsync(ServerProcess server, string name)
    {
        var body = new JsonObject { ["username"] = name, ["password"] = "correct horse battery", ["auth"] = new JsonObject { ["type"] = "m.login.dummy" } };
        using var response = await server.Http.PostAsJsonAsync("/_matrix/client/v3/register", body);
        response.EnsureSuccessStatusCode();
        var answer = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        return new Account(server, (string)answer["user_id"]!, (string)answer["device_id"]!, (string)answer["access_token"]!);
    }

    /// <summary>
    /// Repeats a request until the server answers, as clients do; an answer that says that the server, or one behind it, cannot just now is none.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Relative to <c>/_matrix/client/v3/</c>.</param>
    /// <param name="body">The body, if any.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<Answer> InsistAsync(HttpMethod method, string path, JsonObject? body = null, CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await TryAsync(method, path, body, attempt, cancellationToken) is { Status: not (502 or 503 or 504) } answer)
                return answer;
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>As <see cref="InsistAsync"/>, and fails the test unless the answer is a success.</summary>
    public async Task<Answer> CallAsync(HttpMethod method, string path, JsonObject? body = null, CancellationToken cancellationToken = default)
    {
        var answer = await InsistAsync(method, path, body, cancellationToken);
        return answer.Status == 200 ? answer : throw new InvalidOperationException($"{UserId}: {method} {path}: {answer}");
    }

    /// <summary>Joins a room, over and over while the servers that could help are away.</summary>
    /// <param name="roomId">The room.</param>
    /// <param name="via">Servers in it.</param>
    public async Task JoinAsync(string roomId, IEnumerable<string> via)
    {
        var path = $"join/{Uri.EscapeDataString(roomId)}?{string.Join('&', via.Select(static server => $"via={server}"))}";
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await InsistAsync(HttpMethod.Post, path, []);
            if (answer.Status == 200)
                return;
            if (Stopwatch.GetElapsedTime(begun) > LongestJoin)
                throw new InvalidOperationException($"{UserId} cannot join {roomId}: {answer}");
            await Task.Delay(Pause);
        }
    }

    async Task<Answer?> TryAsync(HttpMethod method, string path, JsonObject? body, int attempt, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, $"/_matrix/client/v3/{path}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
            if (body is not null)
                request.Content = JsonContent.Create(body);
            using var response = await Server.Http.SendAsync(request, cancellationToken);
            return new Answer((int)response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!, attempt);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }
}
