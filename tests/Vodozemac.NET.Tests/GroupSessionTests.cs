using static Vodozemac.Tests.Conversation;

namespace Vodozemac.Tests;

public class GroupSessionTests
{
    [Fact]
    public void A_group_reads_in_order()
    {
        using var sender = new GroupSession();
        using var reader = new InboundGroupSession(sender.SessionKey);
        Assert.Equal(sender.Id, reader.Id);

        for (var index = 0U; index < 20; index++)
        {
            Assert.Equal(index, sender.MessageIndex);
            var decrypted = reader.Decrypt(sender.Encrypt(Utf8($"message {index}")));
            Assert.Equal(Utf8($"message {index}"), decrypted.Plaintext);
            Assert.Equal(index, decrypted.MessageIndex);
        }
    }

    [Fact]
    public void A_group_reads_out_of_order_and_again()
    {
        using var sender = new GroupSession();
        using var reader = new InboundGroupSession(sender.SessionKey);
        var messages = Enumerable.Range(0, 300).Select(number => sender.Encrypt([(byte)number])).ToArray();

        foreach (var index in new[] { 299, 0, 257, 255, 256, 1, 299, 0 })
            Assert.Equal((uint)index, reader.Decrypt(messages[index]).MessageIndex);
    }

    [Fact]
    public void Who_joins_late_reads_only_what_follows()
    {
        using var sender = new GroupSession();
        var before = sender.Encrypt("before"u8);
        using var late = new InboundGroupSession(sender.SessionKey);

        Assert.Equal(1U, late.FirstKnownIndex);
        Assert.Equal(VodozemacError.UnknownMessageIndex, Failure(() => late.Decrypt(before)));
        Assert.Equal("after"u8, late.Decrypt(sender.Encrypt("after"u8)).Plaintext);
    }

    [Fact]
    public void Another_senders_message_is_refused()
    {
        using var sender = new GroupSession();
        using var other = new GroupSession();
        using var reader = new InboundGroupSession(sender.SessionKey);

        Assert.Equal(VodozemacError.InvalidSignature, Failure(() => reader.Decrypt(other.Encrypt("x"u8))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("AAAA")]
    [InlineData("AwgA")]
    public void Garbage_is_no_message_and_no_key(string garbage)
    {
        using var sender = new GroupSession();
        using var reader = new InboundGroupSession(sender.SessionKey);

        Assert.Equal(VodozemacError.MalformedMessage, Failure(() => reader.Decrypt(garbage)));
        Assert.Equal(VodozemacError.InvalidSessionKey, Failure(() => new InboundGroupSession(garbage).Dispose()));
        Assert.Equal(VodozemacError.InvalidSessionKey, Failure(() => InboundGroupSession.Import(garbage)));
    }

    [Fact]
    public void A_session_key_with_a_wrong_signature_is_refused()
    {
        using var sender = new GroupSession();
        var key = Convert.FromBase64String(Padded(sender.SessionKey));
        key[^1] ^= 1;

        Assert.Equal(VodozemacError.InvalidSessionKey, Failure(() => new InboundGroupSession(Convert.ToBase64String(key).TrimEnd('=')).Dispose()));
    }

    [Fact]
    public void An_export_reads_from_its_index_on()
    {
        using var sender = new GroupSession();
        using var reader = new InboundGroupSession(sender.SessionKey);
        string[] messages = [sender.Encrypt("0"u8), sender.Encrypt("1"u8), sender.Encrypt("2"u8)];

        using var imported = InboundGroupSession.Import(reader.ExportAt(1));

        Assert.Equal((reader.Id, 1U), (imported.Id, imported.FirstKnownIndex));
        Assert.Equal(VodozemacError.UnknownMessageIndex, Failure(() => imported.Decrypt(messages[0])));
        Assert.Equal("1"u8, imported.Decrypt(messages[1]).Plaintext);
        Assert.Equal("2"u8, imported.Decrypt(messages[2]).Plaintext);
        Assert.Equal(VodozemacError.UnknownMessageIndex, Failure(() => imported.ExportAt(0)));
    }

    [Fact]
    public void Advancing_forgets_for_good()
    {
        using var sender = new GroupSession();
        using var reader = new InboundGroupSession(sender.SessionKey);
        var first = sender.Encrypt("0"u8);
        Assert.Equal(reader.ExportAt(0), reader.ExportAtFirstKnownIndex());

        Assert.True(reader.AdvanceTo(1));
        Assert.False(reader.AdvanceTo(1));
        Assert.False(reader.AdvanceTo(0));
        Assert.Equal(1U, reader.FirstKnownIndex);
        Assert.Equal(reader.ExportAt(1), reader.ExportAtFirstKnownIndex());
        Assert.Equal("1"u8, reader.Decrypt(sender.Encrypt("1"u8)).Plaintext);
        Assert.True(reader.AdvanceTo(uint.MaxValue));
        Assert.Equal(uint.MaxValue, reader.FirstKnownIndex);
        Assert.Equal(VodozemacError.UnknownMessageIndex, Failure(() => reader.Decrypt(first)));
    }

    [Fact]
    public void Sessions_compare_and_merge_into_the_better()
    {
        using var sender = new GroupSession();
        using var full = new InboundGroupSession(sender.SessionKey);
        using var partial = InboundGroupSession.Import(full.ExportAt(5));
        using var same = new InboundGroupSession(sender.SessionKey);
        using var unrelated = new GroupSession();
        using var stranger = new InboundGroupSession(unrelated.SessionKey);

        Assert.Equal(SessionOrdering.Better, full.CompareWith(partial));
        Assert.Equal(SessionOrdering.Worse, partial.CompareWith(full));
        Assert.Equal(SessionOrdering.Equal, full.CompareWith(same));
        Assert.Equal(SessionOrdering.Unconnected, full.CompareWith(stranger));
        Assert.True(full.IsConnectedWith(partial));
        Assert.False(full.IsConnectedWith(stranger));
        using var merged = partial.Merge(full);
        Assert.Equal(0U, merged.FirstKnownIndex);
        Assert.Equal("x"u8, merged.Decrypt(sender.Encrypt("x"u8)).Plaintext);
        Assert.Equal(VodozemacError.UnconnectedSessions, Failure(() => full.Merge(stranger)));
        Assert.Equal(VodozemacError.InvalidArgument, Failure(() => full.CompareWith(full)));
        Assert.Equal(VodozemacError.InvalidArgument, Failure(() => full.Merge(full)));
    }

    static string Padded(string base64) => base64.PadRight((base64.Length + 3) / 4 * 4, '=');
}
