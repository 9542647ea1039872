using System.Globalization;

namespace Hybrid.Primitives;

/// <summary>
/// What a <c>pos</c> of simplified sliding sync says (MSC4186): which connection, what the client has then been sent of its rooms, and
/// a position in every stream. Written as <c>p1_2_s…</c>.
/// </summary>
/// <param name="Connection">The connection's number; negative for one that lives in memory only.</param>
/// <param name="State">The state of the connection.</param>
/// <param name="Positions">How far every stream has been sent.</param>
public readonly record struct SlidingPosition(long Connection, long State, StreamPositions Positions)
{
    /// <summary>Reads a token that <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(ReadOnlySpan<char> token, out SlidingPosition position)
    {
        position = default;
        if (token.IsEmpty || token[0] != 'p')
            return false;

        var rest = token[1..];
        var first = rest.IndexOf('_');
        var second = first < 0 ? -1 : rest[(first + 1)..].IndexOf('_');
        if (second < 0
            || !long.TryParse(rest[..first], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var connection)
            || !long.TryParse(rest.Slice(first + 1, second), NumberStyles.None, CultureInfo.InvariantCulture, out var state)
            || !StreamPositions.TryParse(rest[(first + second + 2)..], out var positions))
        {
            return false;
        }

        position = new SlidingPosition(connection, state, positions);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"p{Connection}_{State}_{Positions}");
}
