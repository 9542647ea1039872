using System.Text.Json;

namespace Hybrid.Protocol.Client.Keys;

/// <summary><c>POST /_matrix/client/v3/keys/device_signing/upload</c></summary>
public sealed record UploadSigningKeysRequest
{
    public JsonElement? MasterKey { get; init; }

    public JsonElement? SelfSigningKey { get; init; }

    public JsonElement? UserSigningKey { get; init; }
}
