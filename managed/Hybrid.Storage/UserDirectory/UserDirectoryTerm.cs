using Hybrid.Primitives.Text;

namespace Hybrid.Storage.UserDirectory;

/// <summary>What someone looks for in the user directory.</summary>
/// <param name="Tokens">A user's names have to have a token that begins with each of these (<see cref="SearchTokens"/>).</param>
/// <param name="Text">The whole term, folded: users who are called just that come first, then those whose localpart begins with it.</param>
public sealed record UserDirectoryTerm(IReadOnlyList<string> Tokens, string Text)
{
    // Longer terms than any name find nothing anyway.
    const int MaxTokens = 32;

    /// <summary>The tokens by which a user is found.</summary>
    public static IReadOnlyList<string> TokensOf(DirectoryUser user) =>
        [.. SearchTokens.Of(user.UserId.Localpart).Concat(SearchTokens.Of(user.DisplayName ?? "")).Distinct()];

    /// <summary>The term that a client sends; <c>@name:server</c> asks for the name.</summary>
    public static UserDirectoryTerm Parse(string term)
    {
        var name = term.Trim();
        if (name.StartsWith('@'))
            name = name[1..(name.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? colon : name.Length)];
        return new UserDirectoryTerm(
            [.. SearchTokens.Wanted(name, MaxTokens).SelectMany(static phrase => phrase.Tokens).Take(MaxTokens)], TextFolding.Fold(name));
    }
}
