using System.Text;

namespace Hybrid.Primitives.Text;

/// <summary>
/// Makes texts comparable for people who search: without case, accents, and the other forms that a letter has (full width, ligatures).
/// Depends on no culture and no library of the system, so that every store folds alike.
/// </summary>
public static class TextFolding
{
    /// <summary>The folded form of a text.</summary>
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Append(folded, rune);
        return folded.ToString();
    }

    /// <summary>Appends the folded form of a character: nothing for an accent that stands by itself, several letters for some.</summary>
    public static void Append(StringBuilder target, Rune rune)
    {
        if (IsAccent(rune.Value))
            return;

        var small = Rune.ToLowerInvariant(rune);
        if (small.IsAscii)
            target.Append((char)small.Value);
        else if (!small.IsBmp)
            target.Append(small.ToString());
        else if (FoldingTable.TryFindLetter((char)small.Value, out var plain))
            target.Append(plain);
        else if (FoldingTable.FindLigature((char)small.Value) is { } letters)
            target.Append(letters);
        else
            target.Append((char)small.Value);
    }

    /// <summary>Marks that are written over letters and left out by many: accents, and the vowel signs of Hebrew and Arabic.</summary>
    public static bool IsAccent(int codePoint) => codePoint
        is (>= 0x0300 and <= 0x036F)
        or (>= 0x0591 and <= 0x05BD) or 0x05BF or 0x05C1 or 0x05C2 or 0x05C4 or 0x05C5 or 0x05C7
        or (>= 0x0610 and <= 0x061A) or (>= 0x064B and <= 0x065F) or 0x0670
        or (>= 0x1AB0 and <= 0x1AFF) or (>= 0x1DC0 and <= 0x1DFF) or (>= 0x20D0 and <= 0x20FF) or (>= 0xFE20 and <= 0xFE2F)
        or (>= 0xFE00 and <= 0xFE0F);
}
