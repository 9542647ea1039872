using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Hybrid.Http;

/// <summary>Percent-encoded text in URLs, read strictly: the framework's readers leave alone what they cannot decode.</summary>
static class PercentEncoding
{
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes a path segment; false when a <c>%</c> is not followed by two hexadecimal digits, or the bytes are not UTF-8.</summary>
    public static bool TryDecode(string encoded, [NotNullWhen(true)] out string? text)
    {
        text = encoded;
        if (!encoded.Contains('%'))
            return true;

        try
        {
            text = Decode(encoded);
        }
        catch (ArgumentException)
        {
            // What the strict encoding throws for bytes that are no text.
            text = null;
        }

        return text is not null;
    }

    static string? Decode(string encoded)
    {
        var bytes = new byte[Strict.GetMaxByteCount(encoded.Length)];
        var length = 0;
        for (var at = 0; at < encoded.Length;)
        {
            var percent = encoded.IndexOf('%', at);
            var end = percent < 0 ? encoded.Length : percent;
            length += Strict.GetBytes(encoded.AsSpan(at, end - at), bytes.AsSpan(length));
            if (percent < 0)
                break;
            if (!IsEscape(encoded, percent))
                return null;

            bytes[length++] = byte.Parse(encoded.AsSpan(percent + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            at = percent + 3;
        }

        return Strict.GetString(bytes.AsSpan(0, length));
    }

    static bool IsEscape(string encoded, int percent) =>
        percent + 2 < encoded.Length && char.IsAsciiHexDigit(encoded[percent + 1]) && char.IsAsciiHexDigit(encoded[percent + 2]);
}
