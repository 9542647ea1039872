using Hybrid.Primitives;

namespace Hybrid.Media.Content;

/// <summary>Keeps the bytes that were uploaded, by their SHA-256. The caller sees to it that no two calls about one hash write at a time.</summary>
public interface IContentStore
{
    /// <summary>Keeps content; <paramref name="path"/> is a whole file on this machine that may be moved away.</summary>
    /// <exception cref="ContentUnavailableException">The store cannot be reached.</exception>
    ValueTask KeepAsync(StoredFile file, string path, CancellationToken cancellationToken);

    /// <summary>Says that a record names the content, so that it stays.</summary>
    void Settle(string sha256);

    /// <summary>Deletes content. A store that cannot be reached does it later.</summary>
    ValueTask DeleteAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>Where content is that this machine has as a file; null when it is elsewhere.</summary>
    string? LocalPath(string sha256);

    /// <summary>Content as a file of this machine, until it is disposed; null when there is none.</summary>
    /// <exception cref="ContentUnavailableException">The store cannot be reached.</exception>
    ValueTask<LocalContent?> BorrowAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>
    /// Content to read, of a known length, with seeking; null when there is none. <paramref name="fromStart"/>: the reader is likely to begin at the start.
    /// </summary>
    /// <exception cref="ContentUnavailableException">The store cannot be reached.</exception>
    ValueTask<Stream?> OpenAsync(string sha256, long length, bool fromStart, CancellationToken cancellationToken);
}

/// <summary>A file that holds content for as long as this is not disposed.</summary>
/// <param name="path">The file.</param>
/// <param name="release">Takes it away again; null: it stays.</param>
public sealed class LocalContent(string path, Action? release = null) : IDisposable
{
    public string Path { get; } = path;

    public void Dispose() => release?.Invoke();
}

/// <summary>What keeps the media cannot be reached.</summary>
/// <param name="message">Why, for the operator; clients are only told that it is so.</param>
/// <param name="innerException">What the client of the store said.</param>
public sealed class ContentUnavailableException(string message, Exception? innerException)
    : MatrixException(MatrixError.Of(503, "M_UNKNOWN", "The media of this server cannot be reached at the moment."), innerException)
{
    public override string Message { get; } = message;
}
