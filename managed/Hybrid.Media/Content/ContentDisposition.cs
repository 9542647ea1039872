using System.Buffers;

namespace Hybrid.Media.Content;

/// <summary>Writes the <c>Content-Disposition</c> header (RFC 6266), with names that are not plain ASCII as RFC 5987 encodes them.</summary>
public static class ContentDisposition
{
    // Everything printable but quotes and backslash, which need escapes that clients get wrong, and the percent sign, which some decode.
    static readonly SearchValues<char> Quotable =
        SearchValues.Create(" !#$&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>The header for content of a type, under a name when it has one.</summary>
    public static string For(string contentType, string? fileName) =>
        Write(ContentTypes.MayBeInline(contentType) ? "inline" : "attachment", fileName);

    static string Write(string disposition, string? fileName)
    {
        if (string.IsNullOrEmpty(fileName))
            return disposition;

        return fileName.AsSpan().ContainsAnyExcept(Quotable)
            ? $"{disposition}; filename*=utf-8''{Uri.EscapeDataString(fileName)}"
            : $"{disposition}; filename=\"{fileName}\"";
    }
}
