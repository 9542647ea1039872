using Hybrid.Primitives;

namespace Hybrid.Media.Previews;

/// <summary>Previews of pages.</summary>
public interface IUrlPreviews
{
    /// <summary>Whether this server makes them.</summary>
    bool Enabled { get; }

    /// <summary>
    /// What a page says about itself, as the JSON object that clients get; it may be empty. <c>M_INVALID_PARAM</c> for what is no
    /// address of a page, <c>M_UNKNOWN</c> with status 502 for one that cannot be read or must not be, <c>M_LIMIT_EXCEEDED</c> when
    /// too many wait.
    /// </summary>
    /// <param name="url">The page.</param>
    /// <param name="language">The languages that are understood, as a header; null for any.</param>
    /// <param name="cancellationToken">Ends the waiting, not the work.</param>
    ValueTask<Result<string>> FindAsync(string url, string? language, CancellationToken cancellationToken);
}
