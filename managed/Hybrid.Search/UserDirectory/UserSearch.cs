using Hybrid.Primitives;
using Hybrid.Storage.UserDirectory;

namespace Hybrid.Search.UserDirectory;

/// <summary>Users that a search found; <paramref name="Limited"/> when there were more.</summary>
public sealed record UserSearchResult(IReadOnlyList<DirectoryUser> Users, bool Limited);

/// <summary>Finds users by name (specification, "User directory").</summary>
public sealed class UserSearch(IUserDirectoryStore store, UserDirectoryReader reader)
{
    /// <summary>Users that the searcher may know of and whose names have words that begin like those of the term.</summary>
    public async ValueTask<UserSearchResult> SearchAsync(UserId searcher, string term, int limit, CancellationToken cancellationToken)
    {
        await reader.CatchUpAsync(cancellationToken);
        var found = await store.SearchAsync(searcher, UserDirectoryTerm.Parse(term), limit + 1, cancellationToken);
        return found.Count > limit ? new UserSearchResult([.. found.Take(limit)], true) : new UserSearchResult(found, false);
    }
}
