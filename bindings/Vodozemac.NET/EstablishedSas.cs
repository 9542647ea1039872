using System.Security.Cryptography;

namespace Vodozemac;

/// <summary>
/// A verification with a shared secret: what to show to the two people, and MACs of what they confirm. The info texts are those
/// of the Matrix specification, chapter "Short Authentication String (SAS) verification". All members may be called from several
/// threads.
/// </summary>
public sealed unsafe class EstablishedSas : IDisposable
{
    readonly NativeHandle<OlmEstablishedSasHandle> _handle;

    internal EstablishedSas(OlmEstablishedSasHandle* native) =>
        _handle = new(native, &NativeMethods.hybrid_olm_established_sas_free);

    public string OurPublicKey => _handle.Text(&NativeMethods.hybrid_olm_established_sas_our_public_key);

    public string TheirPublicKey => _handle.Text(&NativeMethods.hybrid_olm_established_sas_their_public_key);

    /// <summary>Bytes that both sides have in common. The first six make <see cref="EmojiIndices"/> and <see cref="Decimals"/>.</summary>
    /// <param name="info">What the bytes are for.</param>
    /// <param name="count">At most 8160.</param>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidArgument"/>: too many.</exception>
    public byte[] Bytes(string info, int count = 6)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        OwnedBuffer result;
        using var text = new Utf8Text(info);
        using var hold = _handle.Use();
        fixed (byte* start = text.Span)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_established_sas_bytes(
                hold.Pointer, new ByteView(start, text.Span.Length), (nuint)count, &result));
        }

        using var buffer = new NativeBuffer(result);
        return buffer.ToArray();
    }

    /// <summary>The numbers, 0 to 63, of the seven emoji to show, in the specification's list.</summary>
    public byte[] EmojiIndices(string info)
    {
        using var text = new Utf8Text(info);
        return _handle.Bytes(&NativeMethods.hybrid_olm_established_sas_emoji_indices, text.Span);
    }

    /// <summary>The three numbers, 1000 to 9191, to show.</summary>
    public (int First, int Second, int Third) Decimals(string info)
    {
        ushort first, second, third;
        using var text = new Utf8Text(info);
        using var hold = _handle.Use();
        fixed (byte* start = text.Span)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_established_sas_decimals(
                hold.Pointer, new ByteView(start, text.Span.Length), &first, &second, &third));
        }

        return (first, second, third);
    }

    /// <summary>The MAC of a key or of a list of key IDs, by the method <c>hkdf-hmac-sha256.v2</c>.</summary>
    public string CalculateMac(string input, string info) =>
        Mac(&NativeMethods.hybrid_olm_established_sas_calculate_mac, input, info);

    /// <summary>
    /// The MAC by the deprecated method <c>hkdf-hmac-sha256</c>, for a device that knows no other: the same MAC, but in the wrong
    /// base64 that libolm made of it, of which only the first six bytes of the MAC survive.
    /// </summary>
    public string CalculateMacInvalidBase64(string input, string info) =>
        Mac(&NativeMethods.hybrid_olm_established_sas_calculate_mac_invalid_base64, input, info);

    /// <summary>Whether a MAC of the other side by the deprecated method is right.</summary>
    public bool VerifyMacInvalidBase64(string input, string info, string mac)
    {
        using var expected = new Utf8Text(CalculateMacInvalidBase64(input, info));
        using var actual = new Utf8Text(mac);
        return CryptographicOperations.FixedTimeEquals(expected.Span, actual.Span);
    }

    /// <summary>Whether a MAC of the other side by the method <c>hkdf-hmac-sha256.v2</c> is right. False for text that is no MAC at all, too.</summary>
    public bool VerifyMac(string input, string info, string mac)
    {
        using var inputText = new Utf8Text(input);
        using var infoText = new Utf8Text(info);
        using var macText = new Utf8Text(mac);
        using var hold = _handle.Use();
        fixed (byte* inputStart = inputText.Span, infoStart = infoText.Span, macStart = macText.Span)
        {
            var status = NativeMethods.hybrid_olm_established_sas_verify_mac(
                hold.Pointer, new ByteView(inputStart, inputText.Span.Length), new ByteView(infoStart, infoText.Span.Length),
                new ByteView(macStart, macText.Span.Length));
            if (status == Status.OlmInvalidMac)
                return false;
            VodozemacException.ThrowIfFailed(status);
            return true;
        }
    }

    public void Dispose() => _handle.Dispose();

    string Mac(delegate*<OlmEstablishedSasHandle*, ByteView, ByteView, OwnedBuffer*, Status> call, string input, string info)
    {
        OwnedBuffer mac;
        using var inputText = new Utf8Text(input);
        using var infoText = new Utf8Text(info);
        using var hold = _handle.Use();
        fixed (byte* inputStart = inputText.Span, infoStart = infoText.Span)
        {
            VodozemacException.ThrowIfFailed(call(
                hold.Pointer, new ByteView(inputStart, inputText.Span.Length), new ByteView(infoStart, infoText.Span.Length), &mac));
        }

        using var buffer = new NativeBuffer(mac);
        return buffer.ToString();
    }
}
