using System.Text.Json;
using static Hybrid.Benchmarks.Libolm.LibolmMethods;

namespace Hybrid.Benchmarks.Libolm;

/// <summary>An account of libolm.</summary>
sealed unsafe class LibolmAccount : IDisposable
{
    readonly NativeMemoryBlock _memory = new(olm_account_size());
    readonly NativeMemoryBlock _random = new(256);
    readonly NativeMemoryBlock _json = new(4096);

    public LibolmAccount() => Create();

    public void* Native { get; private set; }

    /// <summary>The Curve25519 key, in base64.</summary>
    public byte[] IdentityKey
    {
        get
        {
            var length = olm_account_identity_keys_length(Native);
            Checked(olm_account_identity_keys(Native, _json.Start, length));
            return CurveKey(_json.Span[..(int)length]);
        }
    }

    /// <summary>Makes a new account in the place of the one before.</summary>
    public void Create()
    {
        Native = olm_account(_memory.Start);
        var length = olm_create_account_random_length(Native);
        Checked(olm_create_account(Native, _random.Random(length), length));
    }

    /// <summary>Makes a one-time key, publishes it, and returns it in base64.</summary>
    public byte[] PublishOneTimeKey()
    {
        var random = olm_account_generate_one_time_keys_random_length(Native, 1);
        Checked(olm_account_generate_one_time_keys(Native, 1, _random.Random(random), random));
        var length = olm_account_one_time_keys_length(Native);
        Checked(olm_account_one_time_keys(Native, _json.Start, length));
        var key = CurveKey(_json.Span[..(int)length]);
        Checked(olm_account_mark_keys_as_published(Native));
        return key;
    }

    /// <summary>Erases the account.</summary>
    public void Clear() => Checked(olm_clear_account(Native));

    public void Dispose()
    {
        Clear();
        _memory.Dispose();
        _random.Dispose();
        _json.Dispose();
    }

    /// <summary>The first text below <c>curve25519</c>.</summary>
    static byte[] CurveKey(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("curve25519"u8))
                continue;
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String)
                    return reader.ValueSpan.ToArray();
            }
        }

        throw new InvalidOperationException("libolm gave no key.");
    }
}
