using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.Keys;

/// <summary>The signed part of a device's identity keys that the server looks at (specification, "Device keys"). More fields may be there.</summary>
public sealed record DeviceKeys
{
    public required UserId UserId { get; init; }

    public required DeviceId DeviceId { get; init; }

    public required IReadOnlyList<string> Algorithms { get; init; }

    /// <summary>From <c>algorithm:deviceId</c> to the public key in unpadded base64.</summary>
    public required IReadOnlyDictionary<string, string> Keys { get; init; }

    /// <summary>From user ID to key ID to signature.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? Signatures { get; init; }
}

/// <summary>The signed part of a cross-signing key (specification, "Cross-signing").</summary>
public sealed record CrossSigningKey
{
    public required UserId UserId { get; init; }

    public required IReadOnlyList<string> Usage { get; init; }

    /// <summary>One entry: <c>ed25519:</c> with the public key, and the public key.</summary>
    public required IReadOnlyDictionary<string, string> Keys { get; init; }

    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? Signatures { get; init; }
}

/// <summary>A one-time or fallback key of a signed algorithm (specification, "Key algorithms").</summary>
public sealed record SignedOneTimeKey
{
    public required string Key { get; init; }

    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Signatures { get; init; }
}

/// <summary>What a key in <c>keys/signatures/upload</c> is looked at for: the signatures on it.</summary>
public sealed record SignedObject
{
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? Signatures { get; init; }
}
