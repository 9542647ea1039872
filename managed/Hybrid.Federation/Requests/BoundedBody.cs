namespace Hybrid.Federation.Requests;

/// <summary>Bodies that are read to their end, or to a bound.</summary>
static class BoundedBody
{
    /// <exception cref="IOException">It is longer than <paramref name="limit"/> bytes, or breaks off.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, long limit, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > limit)
            throw TooLong(limit);

        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var bytes = new MemoryStream((int)Math.Min(content.Headers.ContentLength ?? 0, 1 << 20));
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (bytes.Length + read > limit)
                throw TooLong(limit);
            bytes.Write(buffer, 0, read);
        }

        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    internal static IOException TooLong(long limit) => new($"The answer is longer than {limit} bytes.");
}
