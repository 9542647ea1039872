using Hybrid.Primitives;

namespace Hybrid.FederationApi.Devices;

/// <summary>What other servers may ask of this one concerns its own users, and not too many of them at a time.</summary>
static class LocalUsers
{
    /// <summary>Users per question; clients ask for 250.</summary>
    public const int MaxQueried = 5000;

    /// <summary>Keys per claim: one for each device of a large room.</summary>
    public const int MaxClaims = 10_000;

    public static MatrixError TooMany(int limit) => MatrixError.TooLarge($"There are more than {limit} to look for.");

    public static MatrixError NotHere() => MatrixError.Of(400, "M_UNKNOWN", "The user is not one of this server.");
}
