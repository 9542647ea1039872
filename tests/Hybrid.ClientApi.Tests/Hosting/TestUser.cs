using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Primitives;
using Xunit;

namespace Hybrid.ClientApi.Tests.Hosting;

/// <summary>An answer: status and JSON body.</summary>
public sealed record Answer(HttpStatusCode Status, JsonObject Body)
{
    public string? ErrorCode => (string?)Body["errcode"];

    /// <summary>The body of a success; fails the test otherwise.</summary>
    public JsonObject Ok
    {
        get
        {
            Assert.True(Status == HttpStatusCode.OK, $"{Status}: {Body.ToJsonString()}");
            return Body;
        }
    }

    /// <summary>Fails the test unless the answer is this error.</summary>
    public void ShouldBe(int status, string errorCode)
    {
        Assert.Equal(errorCode, ErrorCode);
        Assert.Equal(status, (int)Status);
    }
}

/// <summary>A logged-in user who speaks plain HTTP.</summary>
public sealed class TestUser(TestServer server, UserId userId, string accessToken, string deviceId)
{
    int _transactions;

    public UserId UserId { get; } = userId;

    public string AccessToken { get; } = accessToken;

    public string DeviceId { get; } = deviceId;

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> PostAsync(string path, string body = "{}") => SendAsync(HttpMethod.Post, path, body);

    public Task<Answer> PutAsync(string path, string body = "{}") => SendAsync(HttpMethod.Put, path, body);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    /// <summary>Sends a request with the user's token; <paramref name="path"/> is relative to <c>/_matrix/client/v3/</c> unless it starts with a slash.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : $"/_matrix/client/v3/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AccessToken);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await server.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, JsonNode.Parse(text)!.AsObject());
    }

    /// <summary>Creates a room and returns its ID.</summary>
    public async Task<string> CreateRoomAsync(string body = "{}") => (string)(await PostAsync("createRoom", body)).Ok["room_id"]!;

    /// <summary>Sends a text message and returns its event ID.</summary>
    public async Task<string> SayAsync(string roomId, string text) =>
        (string)(await SendEventAsync(roomId, "m.room.message", $$"""{"msgtype":"m.text","body":"{{text}}"}""")).Ok["event_id"]!;

    public Task<Answer> SendEventAsync(string roomId, string type, string content) =>
        PutAsync($"rooms/{Uri.EscapeDataString(roomId)}/send/{type}/t{Interlocked.Increment(ref _transactions)}", content);

    public Task<Answer> SetStateAsync(string roomId, string type, string stateKey, string content) =>
        PutAsync($"rooms/{Uri.EscapeDataString(roomId)}/state/{type}/{Uri.EscapeDataString(stateKey)}", content);

    public Task<Answer> InRoomAsync(string roomId, string action, string body = "{}") =>
        PostAsync($"rooms/{Uri.EscapeDataString(roomId)}/{action}", body);

    public Task<Answer> GetStateAsync(string roomId, string type, string stateKey = "") =>
        GetAsync($"rooms/{Uri.EscapeDataString(roomId)}/state/{type}/{Uri.EscapeDataString(stateKey)}");
}
