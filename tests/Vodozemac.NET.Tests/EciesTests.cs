using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using static Vodozemac.Tests.Conversation;
using static Vodozemac.Tests.ManagedKeyAgreement;

namespace Vodozemac.Tests;

public class EciesTests
{
    const string ZeroKey = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public void A_channel_carries_both_ways()
    {
        using var shown = new Ecies();
        using var scanning = new Ecies();
        var outbound = scanning.EstablishOutboundChannel(shown.PublicKey, "MATRIX_QR_CODE_LOGIN_INITIATE"u8);
        using var s = outbound.Channel;
        var inbound = shown.EstablishInboundChannel(outbound.InitialMessage);
        using var g = inbound.Channel;

        Assert.Equal("MATRIX_QR_CODE_LOGIN_INITIATE"u8, inbound.Plaintext);
        Assert.Equal((scanning.PublicKey, shown.PublicKey), (s.PublicKey, g.PublicKey));
        Assert.Equal(s.CheckCode, g.CheckCode);
        for (var turn = 0; turn < 300; turn++)
        {
            Assert.Equal(Utf8($"to G {turn}"), g.Decrypt(s.Encrypt(Utf8($"to G {turn}"))));
            Assert.Equal(Utf8($"to S {turn}"), s.Decrypt(g.Encrypt(Utf8($"to S {turn}"))));
        }
    }

    // MSC4108, "Secure channel", with the key agreement and the ciphers of .NET and BouncyCastle on the other side.
    [Fact]
    public void The_channel_is_the_one_of_MSC4108()
    {
        var g = new ManagedKeyAgreement();
        using var scanning = new Ecies();
        var outbound = scanning.EstablishOutboundChannel(Encode(g.Public), "initiate"u8);
        using var s = outbound.Channel;

        var parts = outbound.InitialMessage.Split('|');
        Assert.Equal(scanning.PublicKey, parts[1]);
        var secret = g.Agree(parts[1]);
        var keys = $"|{Encode(g.Public)}|{parts[1]}";
        byte[] Derive(string what, int length) =>
            HKDF.DeriveKey(HashAlgorithmName.SHA512, secret, length, info: Encoding.UTF8.GetBytes("MATRIX_QR_CODE_LOGIN_" + what + keys));
        using var fromS = new ChaCha20Poly1305(Derive("ENCKEY_S", 32));
        using var toS = new ChaCha20Poly1305(Derive("ENCKEY_G", 32));

        Assert.Equal("initiate"u8, Open(fromS, 0, parts[0]));
        Assert.Equal("second"u8, Open(fromS, 1, s.Encrypt("second"u8)));
        Assert.Equal("answer"u8, s.Decrypt(Seal(toS, 0, "answer"u8)));
        Assert.Equal("another"u8, s.Decrypt(Seal(toS, 1, "another"u8)));
        var code = Derive("CHECKCODE", 2);
        Assert.Equal(code, s.CheckCodeBytes());
        Assert.Equal((code[0] % 10 * 10) + (code[1] % 10), s.CheckCode);
    }

    [Fact]
    public void Somebody_in_the_middle_changes_the_check_code()
    {
        using var shown = new Ecies();
        using var mallory = new Ecies();
        using var malloryToShown = new Ecies();
        using var scanning = new Ecies();
        using var s = scanning.EstablishOutboundChannel(mallory.PublicKey, "x"u8).Channel;
        var forged = malloryToShown.EstablishOutboundChannel(shown.PublicKey, "x"u8);
        forged.Channel.Dispose();
        using var g = shown.EstablishInboundChannel(forged.InitialMessage).Channel;

        Assert.NotEqual(Encode(s.CheckCodeBytes()) + s.PublicKey, Encode(g.CheckCodeBytes()) + g.PublicKey);
        Assert.Equal(VodozemacError.DecryptionFailed, Failure(() => g.Decrypt(s.Encrypt("secret"u8))));
    }

    [Fact]
    public void A_message_is_read_once_and_in_order()
    {
        var (s, g) = Establish();
        using (s)
        using (g)
        {
            var first = s.Encrypt("first"u8);
            Assert.Equal("first"u8, g.Decrypt(first));
            Assert.Equal(VodozemacError.DecryptionFailed, Failure(() => g.Decrypt(first)));
            // The failure took the place of the second message in the count.
            Assert.Equal(VodozemacError.DecryptionFailed, Failure(() => g.Decrypt(s.Encrypt("second"u8))));
        }
    }

    [Theory]
    [InlineData("!")]
    [InlineData("ünïcödé")]
    [InlineData("AAAAA")]
    public void Text_that_is_no_message_counts_nothing(string garbage)
    {
        var (s, g) = Establish();
        using (s)
        using (g)
        {
            Assert.Equal(VodozemacError.MalformedMessage, Failure(() => g.Decrypt(garbage)));
            Assert.Throws<ArgumentNullException>(() => g.Decrypt(null!));
            Assert.Equal("x"u8, g.Decrypt(s.Encrypt("x"u8)));
        }
    }

    [Fact]
    public void Empty_and_large_messages_survive()
    {
        var (s, g) = Establish();
        var large = new byte[1 << 20];
        Random.Shared.NextBytes(large);
        using (s)
        using (g)
        {
            Assert.Empty(g.Decrypt(s.Encrypt([])));
            Assert.Equal(large, g.Decrypt(s.Encrypt(large)));
            Assert.Equal(VodozemacError.DecryptionFailed, Failure(() => g.Decrypt("")));
        }
    }

    [Fact]
    public void A_key_serves_once()
    {
        using var shown = new Ecies();
        using var scanning = new Ecies();
        var key = shown.PublicKey;
        var outbound = scanning.EstablishOutboundChannel(key, "x"u8);
        outbound.Channel.Dispose();
        shown.EstablishInboundChannel(outbound.InitialMessage).Channel.Dispose();

        Assert.Equal(VodozemacError.KeyAlreadyUsed, Failure(() => scanning.EstablishOutboundChannel(key, "x"u8)));
        Assert.Equal(VodozemacError.KeyAlreadyUsed, Failure(() => shown.EstablishInboundChannel(outbound.InitialMessage)));
        Assert.Equal(key, shown.PublicKey);
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("AAAA")]
    [InlineData("|")]
    [InlineData("!|" + ZeroKey)]
    [InlineData("AAAA|AAAA")]
    [InlineData("AAAA|" + ZeroKey + "|")]
    public void What_is_malformed_does_not_use_the_key_up(string garbage)
    {
        using var shown = new Ecies();
        using var scanning = new Ecies();

        Assert.Equal(VodozemacError.MalformedMessage, Failure(() => shown.EstablishInboundChannel(garbage)));
        Assert.Equal(VodozemacError.InvalidKey, Failure(() => scanning.EstablishOutboundChannel(garbage, "x"u8)));

        var outbound = scanning.EstablishOutboundChannel(shown.PublicKey, "x"u8);
        outbound.Channel.Dispose();
        var inbound = shown.EstablishInboundChannel(outbound.InitialMessage);
        inbound.Channel.Dispose();
        Assert.Equal("x"u8, inbound.Plaintext);
    }

    [Fact]
    public void A_key_that_makes_the_secret_predictable_is_refused()
    {
        using var scanning = new Ecies();
        using var shown = new Ecies();

        Assert.Equal(VodozemacError.NonContributoryKey, Failure(() => scanning.EstablishOutboundChannel(ZeroKey, "x"u8)));
        Assert.Equal(VodozemacError.NonContributoryKey, Failure(() => shown.EstablishInboundChannel("AAAA|" + ZeroKey)));
    }

    [Fact]
    public void Purposes_are_kept_apart()
    {
        using var shown = new Ecies("ANOTHER_PURPOSE");
        using var scanning = new Ecies();
        var outbound = scanning.EstablishOutboundChannel(shown.PublicKey, "x"u8);
        outbound.Channel.Dispose();

        Assert.Equal(VodozemacError.DecryptionFailed, Failure(() => shown.EstablishInboundChannel(outbound.InitialMessage)));
    }

    static (EstablishedEcies S, EstablishedEcies G) Establish()
    {
        using var shown = new Ecies("TEST");
        using var scanning = new Ecies("TEST");
        var outbound = scanning.EstablishOutboundChannel(shown.PublicKey, []);
        return (outbound.Channel, shown.EstablishInboundChannel(outbound.InitialMessage).Channel);
    }

    static byte[] Nonce(int count)
    {
        var nonce = new byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(nonce, count);
        return nonce;
    }

    static byte[] Open(ChaCha20Poly1305 cipher, int count, string message)
    {
        var bytes = Decode(message);
        var plaintext = new byte[bytes.Length - 16];
        cipher.Decrypt(Nonce(count), bytes.AsSpan(..^16), bytes.AsSpan(^16..), plaintext);
        return plaintext;
    }

    static string Seal(ChaCha20Poly1305 cipher, int count, ReadOnlySpan<byte> plaintext)
    {
        var bytes = new byte[plaintext.Length + 16];
        cipher.Encrypt(Nonce(count), plaintext, bytes.AsSpan(..^16), bytes.AsSpan(^16..));
        return Encode(bytes);
    }
}
