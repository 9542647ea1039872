using static Hybrid.Benchmarks.Libolm.LibolmMethods;

namespace Hybrid.Benchmarks.Libolm;

/// <summary>The sending side of a Megolm session of libolm.</summary>
sealed unsafe class LibolmGroupSession : IDisposable
{
    readonly NativeMemoryBlock _memory = new(olm_outbound_group_session_size());
    readonly NativeMemoryBlock _message = new(4096);
    readonly void* _native;

    public LibolmGroupSession()
    {
        _native = olm_outbound_group_session(_memory.Start);
        var length = olm_init_outbound_group_session_random_length(_native);
        using var random = new NativeMemoryBlock(length);
        Checked(olm_init_outbound_group_session(_native, random.Random(length), length));
    }

    /// <summary>The key that reads from the next message on, in base64.</summary>
    public byte[] SessionKey
    {
        get
        {
            var key = new byte[(int)olm_outbound_group_session_key_length(_native)];
            fixed (byte* start = key)
                Checked(olm_outbound_group_session_key(_native, start, (nuint)key.Length));
            return key;
        }
    }

    /// <summary>Encrypts a message. The result is good until the next call.</summary>
    public ReadOnlySpan<byte> Encrypt(ReadOnlySpan<byte> plaintext)
    {
        var length = olm_group_encrypt_message_length(_native, (nuint)plaintext.Length);
        fixed (byte* start = plaintext)
            return _message.Span[..Checked(olm_group_encrypt(_native, start, (nuint)plaintext.Length, _message.Start, length))];
    }

    public void Dispose()
    {
        _memory.Dispose();
        _message.Dispose();
    }
}

/// <summary>A receiving side of a Megolm session of libolm.</summary>
sealed unsafe class LibolmInboundGroupSession : IDisposable
{
    const int LongestMessage = 4096;

    readonly NativeMemoryBlock _memory = new(olm_inbound_group_session_size());
    readonly NativeMemoryBlock _message = new(LongestMessage);
    readonly NativeMemoryBlock _plaintext = new(LongestMessage);

    void* _native;

    /// <summary>Begins with a session key, in the place of the session before.</summary>
    public void Create(ReadOnlySpan<byte> sessionKey)
    {
        _native = olm_inbound_group_session(_memory.Start);
        fixed (byte* key = sessionKey)
            Checked(olm_init_inbound_group_session(_native, key, (nuint)sessionKey.Length));
    }

    /// <summary>Decrypts a message. The plaintext is good until the next call.</summary>
    public ReadOnlySpan<byte> Decrypt(ReadOnlySpan<byte> message)
    {
        uint index;
        var length = Checked(olm_group_decrypt(
            _native, _message.Copy(message), (nuint)message.Length, _plaintext.Start, LongestMessage, &index));
        return _plaintext.Span[..length];
    }

    public void Dispose()
    {
        _memory.Dispose();
        _message.Dispose();
        _plaintext.Dispose();
    }
}
