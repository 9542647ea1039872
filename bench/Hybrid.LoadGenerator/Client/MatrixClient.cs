using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Hybrid.LoadGenerator.Client;

/// <summary>A server answered with an error.</summary>
sealed class MatrixRequestException(int status, string path, string body) : Exception($"{path}: {status} {body}")
{
    public int Status { get; } = status;
}

/// <summary>The few requests of the scenarios, with as little work around them as a client can have.</summary>
sealed class MatrixClient(HttpClient http)
{
    static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <summary>Creates a room, and returns its ID.</summary>
    public async Task<string> CreateRoomAsync(MatrixUser user, string body, CancellationToken cancellationToken) =>
        ReadText(await SendAsync(HttpMethod.Post, "/_matrix/client/v3/createRoom", user, Encoding.UTF8.GetBytes(body), cancellationToken), "room_id"u8)!;

    public Task JoinAsync(MatrixUser user, string roomId, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"/_matrix/client/v3/rooms/{Uri.EscapeDataString(roomId)}/join", user, "{}"u8.ToArray(), cancellationToken);

    /// <summary>Sends a text message; <paramref name="transaction"/> must be new for the user.</summary>
    public Task SendTextAsync(MatrixUser user, string roomId, string transaction, string text, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Put,
            $"/_matrix/client/v3/rooms/{Uri.EscapeDataString(roomId)}/send/m.room.message/{transaction}",
            user, Encoding.UTF8.GetBytes($$"""{"msgtype":"m.text","body":"{{text}}"}"""), cancellationToken);

    /// <summary>One <c>/sync</c>. Presence is offline, so that the waiting users do not wake each other by being there.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="since">The token to go on from; null for an initial sync.</param>
    /// <param name="timeout">In milliseconds.</param>
    /// <param name="filter">A filter as JSON, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<SyncAnswer> SyncAsync(MatrixUser user, string? since, int timeout, string? filter, CancellationToken cancellationToken)
    {
        var path = new StringBuilder("/_matrix/client/v3/sync?set_presence=offline&timeout=").Append(timeout);
        if (since is not null)
            path.Append("&since=").Append(Uri.EscapeDataString(since));
        if (filter is not null)
            path.Append("&filter=").Append(Uri.EscapeDataString(filter));
        var body = await SendAsync(HttpMethod.Get, path.ToString(), user, null, cancellationToken);
        return new SyncAnswer(ReadText(body, "next_batch"u8)!, body);
    }

    /// <summary>Sends a request and returns the body of its answer; <see cref="MatrixRequestException"/> for any status but 200.</summary>
    public async Task<byte[]> SendAsync(HttpMethod method, string path, MatrixUser? user, byte[]? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (user is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = Json } };

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new MatrixRequestException((int)response.StatusCode, path.Split('?')[0], Encoding.UTF8.GetString(answer.AsSpan(0, Math.Min(answer.Length, 300))));
        return answer;
    }

    /// <summary>A text at the top level of a JSON object, or null.</summary>
    public static string? ReadText(byte[] json, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
                return reader.GetString();
            reader.Skip();
        }

        return null;
    }
}

/// <summary>What <c>/sync</c> answered: the next token, and the whole body to look for events in.</summary>
readonly record struct SyncAnswer(string NextBatch, byte[] Body)
{
    /// <summary>Whether a text, such as a message's, is anywhere in the answer.</summary>
    public bool Contains(ReadOnlySpan<byte> text) => Body.AsSpan().IndexOf(text) >= 0;
}
