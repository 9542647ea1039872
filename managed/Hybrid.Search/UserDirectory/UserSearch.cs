using System.Text;
using Hybrid.Primitives;
using Hybrid.Storage.UserDirectory;

namespace Hybrid.Search.UserDirectory;

/// <summary>Users that a search found; <paramref name="Limited"/> when there were more.</summary>
public sealed record UserSearchResult(IReadOnlyList<DirectoryUser> Users, bool Limited);

/// <summary>Finds users by name (specification, "User directory").</summary>
public sealed class UserSearch(IUserDirectoryStore store, UserDirectoryReader reader)
{
    // Longer terms than any name find nothing anyway.
    const int MaxWords = 16;

    /// <summary>Users that the searcher may know of and whose names have words that begin like those of the term.</summary>
    public async ValueTask<UserSearchResult> SearchAsync(UserId searcher, string term, int limit, CancellationToken cancellationToken)
    {
        await reader.CatchUpAsync(cancellationToken);
        var found = await store.SearchAsync(searcher, Words(term), limit + 1, cancellationToken);
        return found.Count > limit ? new UserSearchResult([.. found.Take(limit)], true) : new UserSearchResult(found, false);
    }

    // "@name:server" asks for the name.
    static List<string> Words(string term)
    {
        var name = term.AsSpan().Trim();
        if (name.StartsWith('@'))
            name = name[1..(name.IndexOf(':') is > 0 and var colon ? colon : name.Length)];

        var words = new List<string>();
        foreach (var range in name.Split(' '))
        {
            var word = name[range];
            if (words.Count < MaxWords && HasLetter(word))
                words.Add(word.ToString());
        }

        return words;
    }

    // What has neither letters nor digits is no word to the index.
    static bool HasLetter(ReadOnlySpan<char> word)
    {
        foreach (var rune in word.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
                return true;
        }

        return false;
    }
}
