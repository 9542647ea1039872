using Hybrid.Primitives;

namespace Hybrid.Ephemeral.Presence;

/// <summary>How reachable a user is (specification, "Presence").</summary>
public enum Availability
{
    /// <summary>Not connected.</summary>
    Offline,

    /// <summary>Connected, but idle or away.</summary>
    Unavailable,

    /// <summary>Connected.</summary>
    Online,
}

/// <summary>A user's presence at one moment.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Availability">Over all of the user's devices, the best.</param>
/// <param name="StatusMessage">As the user set it.</param>
/// <param name="LastActive">Milliseconds since the Unix epoch; 0 when never.</param>
/// <param name="CurrentlyActive">Online, and active within the last minute.</param>
public sealed record PresenceState(UserId UserId, Availability Availability, string? StatusMessage, long LastActive, bool CurrentlyActive);

/// <summary>The specification's words for <see cref="Availability"/>.</summary>
public static class AvailabilityNames
{
    public static string ToWire(this Availability availability) => availability switch
    {
        Availability.Online => "online",
        Availability.Unavailable => "unavailable",
        _ => "offline",
    };

    public static bool TryParse(string? text, out Availability availability)
    {
        (var known, availability) = text switch
        {
            "online" => (true, Availability.Online),
            "unavailable" => (true, Availability.Unavailable),
            "offline" => (true, Availability.Offline),
            _ => (false, Availability.Offline),
        };
        return known;
    }
}
