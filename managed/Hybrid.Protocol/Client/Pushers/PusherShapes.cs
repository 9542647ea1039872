using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.Protocol.Client.Pushers;

/// <summary>Body of <c>POST /_matrix/client/v3/pushers/set</c>; a <c>kind</c> of null deletes.</summary>
public sealed record SetPusherBody
{
    [JsonRequired]
    public string AppId { get; init; } = "";

    [JsonRequired]
    [JsonPropertyName("pushkey")]
    public string PushKey { get; init; } = "";

    [JsonRequired]
    public string? Kind { get; init; }

    public string? AppDisplayName { get; init; }

    public string? DeviceDisplayName { get; init; }

    public string? ProfileTag { get; init; }

    public string? Lang { get; init; }

    public JsonElement? Data { get; init; }

    public bool? Append { get; init; }
}

/// <summary>Answer of <c>GET /_matrix/client/v3/pushers</c>.</summary>
public sealed record PusherList(IReadOnlyList<ListedPusher> Pushers);

/// <summary>A pusher as its user sees it.</summary>
public sealed record ListedPusher(
    string AppId, [property: JsonPropertyName("pushkey")] string PushKey, string Kind, string AppDisplayName, string DeviceDisplayName, string? ProfileTag,
    string Lang, JsonElement Data);

/// <summary>Shapes of pushers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SetPusherBody))]
[JsonSerializable(typeof(PusherList))]
public sealed partial class PushersJson : JsonSerializerContext;
