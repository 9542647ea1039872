using Hybrid.Primitives;

namespace Hybrid.ClientApi.Account;

/// <summary>What the server tells clients that it can do: <c>/versions</c> and <c>/capabilities</c>. Only what is really there.</summary>
public sealed record ServerFeatures
{
    /// <summary>
    /// Versions of the specification whose own additions are all here; what is missing of their common base stands in
    /// docs/conformance.md.
    /// </summary>
    public IReadOnlyList<string> SpecVersions { get; init; } =
        ["v1.1", "v1.2", "v1.3", "v1.4", "v1.5", "v1.6", "v1.7", "v1.8", "v1.9", "v1.10", "v1.11", "v1.12", "v1.13", "v1.14", "v1.15", "v1.16", "v1.17"];

    /// <summary>Features that clients look for under a name of their own, as they came after <see cref="SpecVersions"/>.</summary>
    public IReadOnlyDictionary<string, bool> UnstableFeatures { get; init; } = new Dictionary<string, bool>
    {
        // Cross-signing keys are first uploaded without user-interactive authentication.
        ["org.matrix.msc3967"] = true,

        // Simplified sliding sync.
        ["org.matrix.simplified_msc3575"] = true,

        // Custom profile fields, stable in v1.16.
        ["uk.tcpip.msc4133"] = true,
        ["uk.tcpip.msc4133.stable"] = true,

        // Delayed events.
        ["org.matrix.msc4140"] = true,

        // Blocked invitations, stable in v1.18.
        ["org.matrix.msc4380"] = true,
        ["org.matrix.msc4380.stable"] = true,

        // Invitations by lists of users and servers.
        ["org.matrix.msc4155"] = true,

        // Threads that users follow; sliding sync tells of them.
        ["org.matrix.msc4306"] = true,

        // Rooms that two users share, stable under a path of its own.
        ["uk.half-shot.msc2666.query_mutual_rooms"] = true,
    };

    /// <summary>The room version that new rooms get.</summary>
    public string DefaultRoomVersion { get; init; } = "12";

    /// <summary>Room versions and whether each is <c>stable</c> or <c>unstable</c>.</summary>
    public IReadOnlyDictionary<string, string> RoomVersions { get; init; } = new Dictionary<string, string>
    {
        ["1"] = "stable",
        ["2"] = "stable",
        ["3"] = "stable",
        ["4"] = "stable",
        ["5"] = "stable",
        ["6"] = "stable",
        ["7"] = "stable",
        ["8"] = "stable",
        ["9"] = "stable",
        ["10"] = "stable",
        ["11"] = "stable",
        ["12"] = "stable",
    };
}

/// <summary>A way to reach the people who run the server (MSC1929); one of <paramref name="MatrixId"/> and <paramref name="EmailAddress"/> at least.</summary>
public sealed record SupportContact(string Role, UserId? MatrixId, string? EmailAddress);

/// <summary>What the server says under <c>/.well-known/matrix/</c>; what is null or empty is not there (<c>404</c>).</summary>
public sealed record ServerDiscovery
{
    /// <summary>The URL that clients are to use, such as <c>https://matrix.example.org</c>.</summary>
    public Uri? ClientBaseUrl { get; init; }

    public IReadOnlyList<SupportContact> SupportContacts { get; init; } = [];

    public Uri? SupportPage { get; init; }

    /// <summary>The Ed25519 key, in unpadded base64, of the policy server of this name.</summary>
    public string? PolicyServerKey { get; init; }
}
