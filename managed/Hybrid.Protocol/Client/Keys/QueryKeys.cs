using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.Keys;

/// <summary><c>POST /_matrix/client/v3/keys/query</c>: devices by user; an empty list asks for all.</summary>
public sealed record QueryKeysRequest
{
    public required IReadOnlyDictionary<UserId, IReadOnlyList<DeviceId>> DeviceKeys { get; init; }

    /// <summary>How long to wait for other servers, in milliseconds.</summary>
    public long? Timeout { get; init; }
}
