using System.Globalization;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Timeline;

/// <summary>
/// A point in a timeline between two events, as pagination tokens say it: <c>t&lt;position&gt;</c> stands just after that position, which
/// is below zero in history. Sync tokens are such points too.
/// </summary>
public static class TimelineToken
{
    /// <summary>The token of the point just after <paramref name="position"/>.</summary>
    public static string After(long position) => string.Create(CultureInfo.InvariantCulture, $"t{position}");

    /// <summary>Reads a pagination or sync token; null stays null, anything else is <c>M_INVALID_PARAM</c>.</summary>
    public static long? Parse(string? token)
    {
        if (token is null)
            return null;
        if (StreamPositions.TryParse(token, out var positions))
            return positions.Events;
        if (SlidingPosition.TryParse(token, out var sliding))
            return sliding.Positions.Events;
        if (token is ['t', '-' or (>= '0' and <= '9'), ..]
            && long.TryParse(token.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var position)
            && position is >= TimelineQuery.Beginning and < long.MaxValue)
        {
            return position;
        }

        throw new MatrixException(MatrixError.InvalidParam($"'{token}' is not a token of this server."));
    }
}
