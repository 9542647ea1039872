using Hybrid.Primitives;
using Hybrid.Storage.Media;

namespace Hybrid.Media.Remote;

/// <summary>
/// Media as another server sends them. Nothing that it says of them is to be trusted. Reading the body ends with an <see cref="IOException"/> or an
/// <see cref="InvalidDataException"/> when the server breaks off.
/// </summary>
public sealed class RemoteContent(Stream body, params IReadOnlyList<IAsyncDisposable> held) : IAsyncDisposable
{
    public Stream Body { get; } = body;

    /// <summary>The type that the server claims.</summary>
    public string? ContentType { get; init; }

    /// <summary>The name that the server gives it.</summary>
    public string? FileName { get; init; }

    /// <summary>Lets go of the answer, and of everything that it holds.</summary>
    public async ValueTask DisposeAsync()
    {
        await Body.DisposeAsync();
        foreach (var one in held)
            await one.DisposeAsync();
    }
}

/// <summary>Gets media of other servers. Implemented where other servers are known.</summary>
public interface IRemoteMediaSource
{
    /// <summary>
    /// Opens media at the server of their URI: <c>M_NOT_FOUND</c>, <c>504 M_NOT_YET_UPLOADED</c>, <c>502 M_TOO_LARGE</c>, or an error that says that the
    /// server cannot be asked. The caller disposes the answer.
    /// </summary>
    /// <param name="key">What is wanted.</param>
    /// <param name="wait">How long the other server may wait for an upload that is still to come.</param>
    /// <param name="maxBytes">How long it may be.</param>
    /// <param name="cancellationToken">Ends it.</param>
    ValueTask<Result<RemoteContent>> OpenAsync(RemoteMediaKey key, TimeSpan wait, long maxBytes, CancellationToken cancellationToken);
}
