using static Hybrid.Benchmarks.Libolm.LibolmMethods;

namespace Hybrid.Benchmarks.Libolm;

/// <summary>One side of an Olm session of libolm.</summary>
sealed unsafe class LibolmSession : IDisposable
{
    const int LongestMessage = 4096;

    readonly NativeMemoryBlock _memory = new(olm_session_size());
    readonly NativeMemoryBlock _random = new(256);
    readonly NativeMemoryBlock _message = new(LongestMessage);
    readonly NativeMemoryBlock _plaintext = new(LongestMessage);

    void* _native;

    /// <summary>Begins a session, in the place of the one before.</summary>
    public void CreateOutbound(LibolmAccount account, ReadOnlySpan<byte> identityKey, ReadOnlySpan<byte> oneTimeKey)
    {
        _native = olm_session(_memory.Start);
        var length = olm_create_outbound_session_random_length(_native);
        fixed (byte* identity = identityKey, oneTime = oneTimeKey)
        {
            Checked(olm_create_outbound_session(
                _native, account.Native, identity, (nuint)identityKey.Length, oneTime, (nuint)oneTimeKey.Length,
                _random.Random(length), length));
        }
    }

    /// <summary>Begins a session from the first message, which uses up the one-time key.</summary>
    public void CreateInbound(LibolmAccount account, ReadOnlySpan<byte> identityKey, ReadOnlySpan<byte> message)
    {
        _native = olm_session(_memory.Start);
        fixed (byte* identity = identityKey)
        {
            Checked(olm_create_inbound_session_from(
                _native, account.Native, identity, (nuint)identityKey.Length, _message.Copy(message), (nuint)message.Length));
        }

        Checked(olm_remove_one_time_keys(account.Native, _native));
    }

    /// <summary>Encrypts a message. The body is good until the next call.</summary>
    public (nuint Type, int Length) Encrypt(ReadOnlySpan<byte> plaintext, out ReadOnlySpan<byte> body)
    {
        var type = olm_encrypt_message_type(_native);
        var random = olm_encrypt_random_length(_native);
        var length = olm_encrypt_message_length(_native, (nuint)plaintext.Length);
        fixed (byte* start = plaintext)
        {
            var written = Checked(olm_encrypt(
                _native, start, (nuint)plaintext.Length, _random.Random(random), random, _message.Start, length));
            body = _message.Span[..written];
            return (type, written);
        }
    }

    /// <summary>Decrypts a message. The plaintext is good until the next call.</summary>
    public ReadOnlySpan<byte> Decrypt(nuint type, ReadOnlySpan<byte> body)
    {
        var length = Checked(olm_decrypt(
            _native, type, _message.Copy(body), (nuint)body.Length, _plaintext.Start, LongestMessage));
        return _plaintext.Span[..length];
    }

    /// <summary>Erases the session.</summary>
    public void Clear() => Checked(olm_clear_session(_native));

    public void Dispose()
    {
        Clear();
        _memory.Dispose();
        _random.Dispose();
        _message.Dispose();
        _plaintext.Dispose();
    }
}
