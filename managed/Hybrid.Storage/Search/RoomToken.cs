using System.Security.Cryptography;
using System.Text;
using Hybrid.Primitives;

namespace Hybrid.Storage.Search;

/// <summary>
/// The token by which the index knows the room of an event: a search in a few rooms then reads what they have of a word and not what
/// the server has of it. No text has such a token, since it begins with a character that is part of no word.
/// </summary>
public static class RoomToken
{
    /// <summary>With more rooms than these the tokens cost more than they save.</summary>
    public const int MostRooms = 16;

    const string Mark = "\uE000";

    // Two rooms that share a token are told apart by the index's own column.
    const int Bytes = 5;

    public static string Of(RoomId roomId) =>
        Mark + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(roomId.Value)).AsSpan(0, Bytes));
}
