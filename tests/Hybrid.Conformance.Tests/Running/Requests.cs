using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hybrid.Conformance.Tests.Table;

namespace Hybrid.Conformance.Tests.Running;

/// <summary>Sends requests of one operation.</summary>
sealed partial class Requests(Operation operation, Story story, HttpClient http)
{
    /// <summary>The token with which a call is sent; null: without one.</summary>
    public string? Token(Call call) => (call.As, operation.Auth) switch
    {
        ({ } user, _) => user.AccessToken,
        (null, OperationAuth.User or OperationAuth.Optional) => story.Alice.AccessToken,
        (null, OperationAuth.ApplicationService) => ExampleService.ServiceToken,
        _ => null,
    };

    public async Task<ConformanceAnswer> SendAsync(Call call, string? token, string? path = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), Target(call, path ?? operation.Path));
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        if (call.Body is not null)
            request.Content = new StringContent(call.Body, Encoding.UTF8, "application/json");
        else if (call.Content is { } content)
        {
            request.Content = new ByteArrayContent(content.Bytes);
            request.Content.Headers.ContentType = new(content.Type);
        }

        using var response = await http.SendAsync(request);
        return new ConformanceAnswer(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins) && origins.SequenceEqual(["*"]),
            await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>A path with its parameters filled in, and the call's query.</summary>
    public string Target(Call call, string template)
    {
        var path = Parameters().Replace(template, match =>
        {
            var name = match.Groups[1].Value;
            var given = call.Path.FirstOrDefault(part => part.Name == name).Value;
            return Uri.EscapeDataString(given ?? story.Parameter(name));
        });
        return call.Query.Length == 0 ? path : $"{path}?{call.Query}";
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameters();
}

/// <summary>What came back.</summary>
sealed record ConformanceAnswer(int Status, string? ContentType, bool AllowsOrigins, byte[] Bytes)
{
    readonly JsonNode? _json = TryParse(Bytes);

    public bool IsJson => _json is not null;

    public JsonNode? Json => _json;

    public string? ErrorCode => _json is JsonObject body && body["errcode"] is JsonValue code ? (string?)code : null;

    static JsonNode? TryParse(byte[] bytes)
    {
        try
        {
            return JsonNode.Parse(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
