using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.Keys;

/// <summary><c>PUT …/dehydrated_device</c> (MSC3814). The keys stay the bytes that they came as: signatures cover them.</summary>
public sealed record DehydratedDeviceUpload
{
    public required DeviceId DeviceId { get; init; }

    /// <summary>What the client needs to revive the device: an object with an <c>algorithm</c>.</summary>
    public JsonElement? DeviceData { get; init; }

    public string? InitialDeviceDisplayName { get; init; }

    public JsonElement? DeviceKeys { get; init; }

    /// <summary>By <c>algorithm:keyId</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement>? OneTimeKeys { get; init; }

    /// <summary>By <c>algorithm:keyId</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement>? FallbackKeys { get; init; }
}
