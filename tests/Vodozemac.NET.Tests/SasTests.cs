using System.Text;
using static Vodozemac.Tests.Conversation;

namespace Vodozemac.Tests;

public class SasTests
{
    const string Info = "MATRIX_KEY_VERIFICATION_SAS|@alice:x|AAA|key|@bob:x|BBB|key|txn";

    [Fact]
    public void Both_sides_show_the_same()
    {
        var (alice, bob) = Establish();
        using (alice)
        using (bob)
        {
            Assert.Equal((alice.OurPublicKey, alice.TheirPublicKey), (bob.TheirPublicKey, bob.OurPublicKey));
            Assert.Equal(alice.Bytes(Info), bob.Bytes(Info));
            Assert.NotEqual(alice.Bytes(Info), bob.Bytes(Info + "2"));
            Assert.Equal(alice.EmojiIndices(Info), bob.EmojiIndices(Info));
            Assert.Equal(alice.Decimals(Info), bob.Decimals(Info));
        }
    }

    // The specification, "SAS method: emoji" and "SAS method: decimal", computed here from the six bytes.
    [Fact]
    public void Emoji_and_numbers_are_made_from_the_bytes_as_specified()
    {
        var (alice, bob) = Establish();
        using (alice)
        using (bob)
        {
            var bytes = alice.Bytes(Info);
            Assert.Equal(6, bytes.Length);
            var bits = bytes.Aggregate(0UL, (sum, next) => (sum << 8) | next);
            Assert.Equal(Enumerable.Range(0, 7).Select(number => (byte)((bits >> (42 - (6 * number))) & 63)), alice.EmojiIndices(Info));
            int Number(int shift) => (int)((bits >> shift) & 0x1FFF) + 1000;
            Assert.Equal((Number(35), Number(22), Number(9)), alice.Decimals(Info));
        }
    }

    [Fact]
    public void A_mac_is_for_one_text_and_one_info()
    {
        var (alice, bob) = Establish();
        using (alice)
        using (bob)
        {
            var mac = alice.CalculateMac("key", "info");

            Assert.True(bob.VerifyMac("key", "info", mac));
            Assert.False(bob.VerifyMac("other", "info", mac));
            Assert.False(bob.VerifyMac("key", "other", mac));
            Assert.False(bob.VerifyMac("key", "info", ""));
            Assert.False(bob.VerifyMac("key", "info", "no base64!"));
        }
    }

    [Fact]
    public void More_bytes_can_be_had()
    {
        var (alice, bob) = Establish();
        using (alice)
        using (bob)
        {
            Assert.Equal(alice.Bytes(Info, 8160), bob.Bytes(Info, 8160));
            Assert.Equal(alice.Bytes(Info), alice.Bytes(Info, 8160)[..6]);
            Assert.Empty(alice.Bytes(Info, 0));
            Assert.Equal(VodozemacError.InvalidArgument, Failure(() => alice.Bytes(Info, 8161)));
            Assert.Equal(VodozemacError.InvalidArgument, Failure(() => alice.Bytes(Info, int.MaxValue)));
            Assert.Throws<ArgumentOutOfRangeException>(() => alice.Bytes(Info, -1));
        }
    }

    // libolm wrote the base64 over the MAC while it was still reading it, three bytes in and four out.
    [Fact]
    public void The_deprecated_mac_has_the_wrong_base64_of_libolm()
    {
        var (alice, bob) = Establish();
        using (alice)
        using (bob)
        {
            var buffer = new byte[43];
            ManagedKeyAgreement.Decode(alice.CalculateMac("key", "info")).CopyTo(buffer, 0);
            for (var (from, to) = (0, 0); to < buffer.Length; from += 3, to += 4)
            {
                var group = ManagedKeyAgreement.Encode(buffer.AsSpan(from, Math.Min(3, 32 - from)));
                Utf8(group).CopyTo(buffer, to);
            }

            var mac = alice.CalculateMacInvalidBase64("key", "info");
            Assert.Equal(Encoding.ASCII.GetString(buffer), mac);
            Assert.NotEqual(mac, alice.CalculateMac("key", "info"));
            Assert.True(bob.VerifyMacInvalidBase64("key", "info", mac));
            Assert.False(bob.VerifyMacInvalidBase64("other", "info", mac));
            Assert.False(bob.VerifyMacInvalidBase64("key", "info", mac + "A"));
            Assert.False(bob.VerifyMacInvalidBase64("key", "info", ""));
            Assert.False(bob.VerifyMac("key", "info", mac));
        }
    }

    [Fact]
    public void Somebody_in_the_middle_is_seen()
    {
        var (alice, mallory) = Establish();
        var (otherMallory, bob) = Establish();
        using (alice)
        using (mallory)
        using (otherMallory)
        using (bob)
        {
            Assert.NotEqual(alice.Bytes(Info), bob.Bytes(Info));
            Assert.False(bob.VerifyMac("key", "info", alice.CalculateMac("key", "info")));
        }
    }

    [Fact]
    public void A_key_serves_once()
    {
        using var sas = new Sas();
        using var other = new Sas();

        sas.DiffieHellman(other.PublicKey).Dispose();

        Assert.Equal(VodozemacError.KeyAlreadyUsed, Failure(() => sas.DiffieHellman(other.PublicKey)));
        Assert.Equal(VodozemacError.KeyAlreadyUsed, Failure(() => _ = sas.PublicKey));
    }

    [Theory]
    [InlineData("", VodozemacError.InvalidKey)]
    [InlineData("!", VodozemacError.InvalidKey)]
    [InlineData("AAAA", VodozemacError.InvalidKey)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", VodozemacError.NonContributoryKey)]
    public void Keys_that_are_none_are_refused(string key, VodozemacError error)
    {
        using var sas = new Sas();

        Assert.Equal(error, Failure(() => sas.DiffieHellman(key)));
    }

    static (EstablishedSas Alice, EstablishedSas Bob) Establish()
    {
        using var alice = new Sas();
        using var bob = new Sas();
        var (aliceKey, bobKey) = (alice.PublicKey, bob.PublicKey);
        return (alice.DiffieHellman(bobKey), bob.DiffieHellman(aliceKey));
    }
}
