using System.Globalization;
using System.Text;

namespace Hybrid.Primitives.Text;

/// <summary>
/// Takes texts apart into the tokens that every search index holds and looks for, the same for both engines. A word is one token,
/// folded (<see cref="TextFolding"/>). A run of Chinese, Japanese or Korean characters, which has no spaces between words, becomes the
/// pairs of neighbors and its last character: each character begins a token, so that one character is found as a prefix,
/// two as a token and more as a phrase.
/// </summary>
/// <example><c>Café 検索中</c> becomes <c>cafe</c>, <c>検索</c>, <c>索中</c>, <c>中</c>.</example>
public static class SearchTokens
{
    /// <summary>The longest token in characters; longer words are cut, in the index and in what is searched for alike.</summary>
    public const int MaxLength = 64;

    /// <summary>The tokens of a text that goes into an index, in order, at most <paramref name="most"/>.</summary>
    public static List<string> Of(string text, int most = int.MaxValue)
    {
        var tokens = new List<string>();
        foreach (var run in Runs(text))
        {
            if (tokens.Count >= most)
                break;
            if (!run.IsDense)
            {
                tokens.Add(run.Text);
                continue;
            }

            tokens.AddRange(Pairs(run.Text));
            tokens.Add(LastCharacter(run.Text));
        }

        return tokens.Count > most ? tokens[..most] : tokens;
    }

    /// <summary>
    /// What a text that someone searches for asks of an index: every phrase has to be there. Of a long run without spaces the beginning
    /// is asked for.
    /// </summary>
    public static List<SearchPhrase> Wanted(string text, int most = int.MaxValue)
    {
        var phrases = new List<SearchPhrase>();
        foreach (var run in Runs(text))
        {
            if (phrases.Count >= most)
                break;
            var wanted = run.IsDense ? Shorten(run.Text) : run.Text;
            phrases.Add(new SearchPhrase(wanted, run.IsDense && Pairs(wanted) is { Count: > 0 } pairs ? pairs : [wanted]));
        }

        return phrases;
    }

    /// <summary>The words of a text, as they are written in it, by which it has one of the phrases: what to highlight.</summary>
    public static IEnumerable<string> Matching(string text, IReadOnlyList<SearchPhrase> phrases)
    {
        foreach (var run in Runs(text))
        {
            foreach (var phrase in phrases)
            {
                var at = run.IsDense ? run.Text.IndexOf(phrase.Text, StringComparison.Ordinal) : -1;
                if (at >= 0)
                    yield return phrase.Text;
                else if (!run.IsDense && run.Text.StartsWith(phrase.Text, StringComparison.Ordinal))
                    yield return run.Written;
            }
        }
    }

    // Words and dense runs: folded, and as they are written.
    static IEnumerable<(string Text, string Written, bool IsDense)> Runs(string text)
    {
        var run = new StringBuilder();
        var folded = new StringBuilder(4);
        var isDense = false;
        var (start, at) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            var here = at;
            at += rune.Utf16SequenceLength;
            folded.Clear();
            TextFolding.Append(folded, rune);
            if (folded.Length == 0)
                continue;

            var isPart = IsPartOfWord(rune);
            var first = isPart ? First(folded) : default;
            if (run.Length > 0 && (!isPart || IsDense(first) != isDense))
            {
                yield return (Cut(run, isDense), text[start..here], isDense);
                run.Clear();
            }

            if (!isPart)
                continue;
            if (run.Length == 0)
                start = here;
            isDense = IsDense(first);
            run.Append(folded);
        }

        if (run.Length > 0)
            yield return (Cut(run, isDense), text[start..], isDense);
    }

    static Rune First(StringBuilder folded) => char.IsHighSurrogate(folded[0]) ? new Rune(folded[0], folded[1]) : new Rune(folded[0]);

    static string Cut(StringBuilder run, bool isDense) => isDense ? run.ToString() : Shorten(run.ToString());

    static string Shorten(string text) =>
        text.Length <= MaxLength ? text : text[..(char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];

    static List<string> Pairs(string run)
    {
        var pairs = new List<string>();
        string? previous = null;
        foreach (var rune in run.EnumerateRunes())
        {
            var character = rune.ToString();
            if (previous is not null)
                pairs.Add(previous + character);
            previous = character;
        }

        return pairs;
    }

    static string LastCharacter(string run) => char.IsLowSurrogate(run[^1]) ? run[^2..] : run[^1..];

    static bool IsPartOfWord(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
        or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    // Han, kana, Hangul and Bopomofo.
    static bool IsDense(Rune rune) => rune.Value
        is (>= 0x1100 and <= 0x11FF)
        or 0x3005 or 0x3007 or (>= 0x3021 and <= 0x3029) or (>= 0x3041 and <= 0x30FF) or (>= 0x3105 and <= 0x318E) or (>= 0x31A0 and <= 0x31BF)
        or (>= 0x31F0 and <= 0x31FF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xA960 and <= 0xA97F)
        or (>= 0xAC00 and <= 0xD7FF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x1B000 and <= 0x1B16F) or (>= 0x20000 and <= 0x3FFFF);
}

/// <summary>Tokens that must follow each other; the last may be the beginning of a longer one.</summary>
/// <param name="Text">What was searched for, folded: what to highlight.</param>
/// <param name="Tokens">At least one.</param>
public sealed record SearchPhrase(string Text, IReadOnlyList<string> Tokens);
