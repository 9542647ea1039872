using System.Text;

namespace Hybrid.Storage.Postgres.UserDirectory;

/// <summary>Takes names apart into the words of the index: runs of letters, digits and their marks, in lower case.</summary>
static class DirectoryWords
{
    // Longer ones are cut, in the index and in what is searched for alike.
    const int MaxLength = 64;

    public static List<string> Of(string? name)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in (name ?? "").EnumerateRunes())
        {
            if (IsPartOfWord(rune))
            {
                if (word.Length < MaxLength)
                    word.Append(Rune.ToLowerInvariant(rune).ToString());
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        if (word.Length > 0)
            words.Add(word.ToString());
        return words;
    }

    static bool IsPartOfWord(Rune rune) =>
        Rune.IsLetter(rune) || Rune.IsNumber(rune)
        || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark
            or System.Globalization.UnicodeCategory.EnclosingMark or System.Globalization.UnicodeCategory.PrivateUse;
}
