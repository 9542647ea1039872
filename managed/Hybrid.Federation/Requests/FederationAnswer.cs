namespace Hybrid.Federation.Requests;

/// <summary>A whole answer of another server that took the request: a status of 200 to 299.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">Its bytes. Nothing about them is checked: a peer can send anything.</param>
public sealed record FederationAnswer(int Status, ReadOnlyMemory<byte> Body);

/// <summary>
/// An answer that is read as it comes. <see cref="Body"/> ends with an <see cref="IOException"/> when the peer breaks off, pauses for longer than
/// the request's timeout, or sends more than was asked for.
/// </summary>
public sealed class OpenFederationAnswer : IAsyncDisposable
{
    readonly HttpResponseMessage _response;

    internal OpenFederationAnswer(HttpResponseMessage response, Stream body)
    {
        _response = response;
        Body = body;
    }

    public int Status => (int)_response.StatusCode;

    /// <summary>The <c>Content-Type</c> as the peer wrote it, or null.</summary>
    public string? ContentType => Header("Content-Type");

    /// <summary>The <c>Content-Disposition</c> as the peer wrote it, or null.</summary>
    public string? ContentDisposition => Header("Content-Disposition");

    /// <summary>The length that the peer announces; null when it does not, or compresses.</summary>
    public long? Length => _response.Content.Headers.ContentLength;

    public Stream Body { get; }

    string? Header(string name) => _response.Content.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    public async ValueTask DisposeAsync()
    {
        await Body.DisposeAsync();
        _response.Dispose();
    }
}
