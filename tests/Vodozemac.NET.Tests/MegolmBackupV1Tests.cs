using System.Security.Cryptography;
using static Vodozemac.Tests.Conversation;
using static Vodozemac.Tests.ManagedKeyAgreement;

namespace Vodozemac.Tests;

public class MegolmBackupV1Tests
{
    const string ZeroKey = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public void Only_the_secret_key_reads()
    {
        using var key = new MegolmBackupV1Key();
        using var other = new MegolmBackupV1Key();

        var message = MegolmBackupV1.Encrypt(key.PublicKey, "session"u8);

        Assert.Equal("session"u8, key.Decrypt(message));
        Assert.Equal(VodozemacError.DecryptionFailed, Failure(() => other.Decrypt(message)));
        Assert.NotEqual(message, MegolmBackupV1.Encrypt(key.PublicKey, "session"u8));
    }

    [Fact]
    public void A_key_is_its_32_bytes()
    {
        using var key = new MegolmBackupV1Key();
        using var same = new MegolmBackupV1Key(key.ToBytes());

        Assert.Equal((32, key.PublicKey), (key.ToBytes().Length, same.PublicKey));
        Assert.Equal(key.ToBytes(), same.ToBytes());
        Assert.Equal("x"u8, same.Decrypt(MegolmBackupV1.Encrypt(key.PublicKey, "x"u8)));
        foreach (var length in new[] { 0, 31, 33 })
            Assert.Equal(VodozemacError.InvalidKey, Failure(() => new MegolmBackupV1Key(new byte[length]).Dispose()));
    }

    // The specification, "Backup algorithm: m.megolm_backup.v1.curve25519-aes-sha2", in managed code.
    [Fact]
    public void The_format_is_the_one_of_the_specification()
    {
        var recipient = new ManagedKeyAgreement();
        using var key = new MegolmBackupV1Key(recipient.Secret);
        Assert.Equal(Encode(recipient.Public), key.PublicKey);

        var message = MegolmBackupV1.Encrypt(key.PublicKey, "to managed code"u8);
        var (aes, iv, mac) = Keys(recipient.Agree(message.Ephemeral));
        Assert.Equal(mac, message.Mac);
        using (aes)
            Assert.Equal("to managed code"u8, aes.DecryptCbc(Decode(message.Ciphertext), iv));
    }

    // What the README says about the format, so that nobody who reads it believes otherwise.
    [Fact]
    public void Nothing_proves_who_made_a_message()
    {
        using var key = new MegolmBackupV1Key();
        var forger = new ManagedKeyAgreement();
        var (aes, iv, mac) = Keys(forger.Agree(key.PublicKey));

        using (aes)
        {
            var forged = new MegolmBackupV1Message(Encode(aes.EncryptCbc("forged by whoever knows the public key"u8, iv)), mac, Encode(forger.Public));
            Assert.Equal("forged by whoever knows the public key"u8, key.Decrypt(forged));
        }

        var message = MegolmBackupV1.Encrypt(key.PublicKey, new byte[64]);
        var changed = Decode(message.Ciphertext);
        changed[0] ^= 1;
        Assert.NotEqual(new byte[64], key.Decrypt(message with { Ciphertext = Encode(changed) }));
    }

    [Theory]
    [InlineData("!", null, null, VodozemacError.MalformedMessage)]
    [InlineData(null, "!", null, VodozemacError.MalformedMessage)]
    [InlineData(null, null, "!", VodozemacError.MalformedMessage)]
    [InlineData(null, null, "", VodozemacError.MalformedMessage)]
    [InlineData(null, null, "AAAA", VodozemacError.MalformedMessage)]
    [InlineData(null, null, "ünïcödé", VodozemacError.MalformedMessage)]
    [InlineData(null, null, ZeroKey, VodozemacError.NonContributoryKey)]
    [InlineData("", null, null, VodozemacError.DecryptionFailed)]
    [InlineData("AAAA", null, null, VodozemacError.DecryptionFailed)]
    [InlineData(null, "", null, VodozemacError.DecryptionFailed)]
    [InlineData(null, "AAAAAAAAAAA", null, VodozemacError.DecryptionFailed)]
    public void What_is_no_message_is_refused(string? ciphertext, string? mac, string? ephemeral, VodozemacError error)
    {
        using var key = new MegolmBackupV1Key();
        var message = MegolmBackupV1.Encrypt(key.PublicKey, "x"u8);

        Assert.Equal(error, Failure(() => key.Decrypt(new MegolmBackupV1Message(
            ciphertext ?? message.Ciphertext, mac ?? message.Mac, ephemeral ?? message.Ephemeral))));

        Assert.Equal("x"u8, key.Decrypt(message));
        Assert.Throws<ArgumentNullException>(() => key.Decrypt(default));
    }

    [Theory]
    [InlineData("", VodozemacError.InvalidKey)]
    [InlineData("!", VodozemacError.InvalidKey)]
    [InlineData("AAAA", VodozemacError.InvalidKey)]
    [InlineData(ZeroKey, VodozemacError.NonContributoryKey)]
    public void What_is_no_public_key_is_refused(string publicKey, VodozemacError error)
    {
        Assert.Equal(error, Failure(() => MegolmBackupV1.Encrypt(publicKey, "x"u8)));
        Assert.Throws<ArgumentNullException>(() => MegolmBackupV1.Encrypt(null!, "x"u8));
    }

    [Fact]
    public void Empty_and_large_messages_survive()
    {
        using var key = new MegolmBackupV1Key();
        var large = new byte[1 << 20];
        Random.Shared.NextBytes(large);

        Assert.Empty(key.Decrypt(MegolmBackupV1.Encrypt(key.PublicKey, [])));
        Assert.Equal(large, key.Decrypt(MegolmBackupV1.Encrypt(key.PublicKey, large)));
    }

    [Fact]
    public void A_key_moves_to_libolms_format_and_back()
    {
        using var key = new MegolmBackupV1Key();
        var pickle = key.ToLibolmPickle("a key of any length"u8);
        using var restored = MegolmBackupV1Key.FromLibolmPickle(pickle, "a key of any length"u8);

        Assert.Equal(key.ToBytes(), restored.ToBytes());
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => MegolmBackupV1Key.FromLibolmPickle(pickle, "another"u8)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => MegolmBackupV1Key.FromLibolmPickle("!", "another"u8)));
    }

    /// <summary>The cipher, its initialization vector, and the MAC: of no bytes, which is the flaw of the format.</summary>
    static (Aes Cipher, byte[] Iv, string Mac) Keys(byte[] secret)
    {
        var keys = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 80, new byte[32]);
        var aes = Aes.Create();
        aes.SetKey(keys.AsSpan(..32));
        return (aes, keys[64..], Encode(HMACSHA256.HashData(keys.AsSpan(32, 32), []).AsSpan(..8)));
    }
}
