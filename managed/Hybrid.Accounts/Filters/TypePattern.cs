namespace Hybrid.Accounts.Filters;

/// <summary>Event types in a filter, where <c>*</c> stands for any sequence of characters.</summary>
static class TypePattern
{
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> type)
    {
        // The usual two-pointer walk: on a mismatch the last star takes one character more.
        int at = 0, star = -1, resume = 0, i = 0;
        while (i < type.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                star = at++;
                resume = i;
            }
            else if (at < pattern.Length && pattern[at] == type[i])
            {
                at++;
                i++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                i = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[at..].IndexOfAnyExcept('*') < 0;
    }
}
