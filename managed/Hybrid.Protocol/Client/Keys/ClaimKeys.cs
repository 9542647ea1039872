using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.Keys;

/// <summary><c>POST /_matrix/client/v3/keys/claim</c>: the algorithm that a key is wanted for, by user and device.</summary>
public sealed record ClaimKeysRequest
{
    public required IReadOnlyDictionary<UserId, IReadOnlyDictionary<DeviceId, string>> OneTimeKeys { get; init; }

    /// <summary>How long to wait for other servers, in milliseconds.</summary>
    public long? Timeout { get; init; }
}
