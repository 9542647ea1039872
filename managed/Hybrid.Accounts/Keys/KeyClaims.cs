using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Accounts.Keys;

/// <summary>Which one-time keys a client or another server wants.</summary>
public static class KeyClaims
{
    /// <summary>Reads the <c>one_time_keys</c> of a claim: the algorithm that a key is wanted for, by user and device.</summary>
    /// <returns>One claim for each device; <c>M_BAD_JSON</c> where the algorithm is null.</returns>
    public static Result<List<KeyClaim>> Read(IReadOnlyDictionary<UserId, IReadOnlyDictionary<DeviceId, string>> oneTimeKeys)
    {
        var claims = new List<KeyClaim>();
        foreach (var (userId, devices) in oneTimeKeys)
        {
            foreach (var (deviceId, algorithm) in devices ?? new Dictionary<DeviceId, string>())
            {
                if (algorithm is null)
                    return MatrixError.BadJson($"The algorithm for '{userId}' must be a string.");
                claims.Add(new KeyClaim(userId, deviceId, algorithm));
            }
        }

        return claims;
    }
}
