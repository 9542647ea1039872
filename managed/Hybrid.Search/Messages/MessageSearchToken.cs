using System.Globalization;
using Hybrid.Primitives;

namespace Hybrid.Search.Messages;

/// <summary>Where a search goes on: with events before a position, of all rooms or of one.</summary>
public sealed record MessageSearchToken(long Before, RoomId? Room)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"s{Before}{(Room is { } room ? $"_{room.Value}" : "")}");

    /// <summary>Reads a token; null stays null, anything else is <c>M_INVALID_PARAM</c>.</summary>
    public static MessageSearchToken? Parse(string? token)
    {
        if (token is null)
            return null;

        var end = token.IndexOf('_', StringComparison.Ordinal);
        var number = end < 0 ? token : token[..end];
        RoomId room = default;
        if (number.StartsWith('s') && long.TryParse(number.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var before)
            && (end < 0 || RoomId.TryParse(token[(end + 1)..], out room)))
        {
            return new MessageSearchToken(before, end < 0 ? null : room);
        }

        throw new MatrixException(MatrixError.InvalidParam($"'{token}' is not a token of a search."));
    }
}
