using System.Text.Json;

namespace Hybrid.Protocol.Client.Keys;

/// <summary><c>POST /_matrix/client/v3/keys/upload</c>. The keys stay the bytes that they came as: signatures cover them.</summary>
public sealed record UploadKeysRequest
{
    public JsonElement? DeviceKeys { get; init; }

    /// <summary>By <c>algorithm:keyId</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement>? OneTimeKeys { get; init; }

    /// <summary>By <c>algorithm:keyId</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement>? FallbackKeys { get; init; }
}

public sealed record UploadKeysResponse(IReadOnlyDictionary<string, int> OneTimeKeyCounts);
