using static Vodozemac.Tests.Conversation;

namespace Vodozemac.Tests;

public class PickleTests
{
    static readonly byte[] OtherKey = new byte[32];

    [Fact]
    public void An_account_comes_back_with_all_its_keys()
    {
        using var alice = new Account();
        using var account = new Account();
        using var session = alice.CreateOutboundSession(account.Curve25519Key, Publish(account));
        account.GenerateFallbackKey();

        using var restored = Account.FromPickle(account.Pickle(PickleKey), PickleKey);

        Assert.Equal(account.IdentityKeys, restored.IdentityKeys);
        Assert.Equal(account.FallbackKey, restored.FallbackKey);
        var inbound = restored.CreateInboundSession(alice.Curve25519Key, session.Encrypt("hello"u8));
        inbound.Session.Dispose();
        Assert.Equal("hello"u8, inbound.Plaintext);
    }

    [Fact]
    public void A_session_goes_on_where_it_was()
    {
        using var conversation = new Conversation();
        var skipped = conversation.ToBob.Encrypt("skipped"u8);
        conversation.ToAlice.Decrypt(conversation.ToBob.Encrypt("next"u8));

        using var restored = Session.FromPickle(conversation.ToAlice.Pickle(PickleKey), PickleKey);

        Assert.Equal(conversation.ToBob.Id, restored.Id);
        Assert.Equal("skipped"u8, restored.Decrypt(skipped));
        Assert.Equal("answer"u8, conversation.ToBob.Decrypt(restored.Encrypt("answer"u8)));
    }

    [Fact]
    public void Group_sessions_go_on_where_they_were()
    {
        using var sender = new GroupSession();
        using var reader = new InboundGroupSession(sender.SessionKey);
        sender.Encrypt("0"u8);

        using var restoredSender = GroupSession.FromPickle(sender.Pickle(PickleKey), PickleKey);
        using var restoredReader = InboundGroupSession.FromPickle(reader.Pickle(PickleKey), PickleKey);

        Assert.Equal((sender.Id, 1U), (restoredSender.Id, restoredSender.MessageIndex));
        var decrypted = restoredReader.Decrypt(restoredSender.Encrypt("1"u8));
        Assert.Equal(1U, decrypted.MessageIndex);
        Assert.Equal("1"u8, decrypted.Plaintext);
    }

    [Fact]
    public void A_dehydrated_device_receives_while_it_sleeps()
    {
        using var alice = new Account();
        using var account = new Account();
        var key = Publish(account);
        account.GenerateFallbackKey();
        var fallback = account.FallbackKey!.Value.Value;
        var device = account.ToDehydratedDevice(PickleKey);
        using var toKey = alice.CreateOutboundSession(account.Curve25519Key, key);
        using var toFallback = alice.CreateOutboundSession(account.Curve25519Key, fallback);

        using var woken = Account.FromDehydratedDevice(device, PickleKey);

        Assert.Equal(account.IdentityKeys, woken.IdentityKeys);
        foreach (var session in new[] { toKey, toFallback })
        {
            var inbound = woken.CreateInboundSession(alice.Curve25519Key, session.Encrypt("while you slept"u8));
            inbound.Session.Dispose();
            Assert.Equal("while you slept"u8, inbound.Plaintext);
        }

        Assert.NotEqual(device, account.ToDehydratedDevice(PickleKey));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => Account.FromDehydratedDevice(device, OtherKey)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => Account.FromDehydratedDevice(device with { Nonce = "AAAA" }, PickleKey)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => Account.FromDehydratedDevice(device with { Ciphertext = "!" }, PickleKey)));
        Assert.Equal(VodozemacError.InvalidArgument, Failure(() => Account.FromDehydratedDevice(device, new byte[31])));
        Assert.Equal(VodozemacError.InvalidArgument, Failure(() => account.ToDehydratedDevice(new byte[33])));
        Assert.Throws<ArgumentNullException>(() => Account.FromDehydratedDevice(default, PickleKey));
    }

    [Fact]
    public void A_pickle_opens_only_with_its_key()
    {
        using var conversation = new Conversation();
        using var sender = new GroupSession();
        using var reader = new InboundGroupSession(sender.SessionKey);

        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => Account.FromPickle(conversation.Alice.Pickle(PickleKey), OtherKey)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => Session.FromPickle(conversation.ToBob.Pickle(PickleKey), OtherKey)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => GroupSession.FromPickle(sender.Pickle(PickleKey), OtherKey)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => InboundGroupSession.FromPickle(reader.Pickle(PickleKey), OtherKey)));
    }

    [Fact]
    public void A_pickle_of_another_kind_is_refused()
    {
        using var conversation = new Conversation();
        var pickle = conversation.Alice.Pickle(PickleKey);

        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => Session.FromPickle(pickle, PickleKey)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => GroupSession.FromPickle(pickle, PickleKey)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => InboundGroupSession.FromPickle(pickle, PickleKey)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_pickle_key_has_32_bytes(int length)
    {
        using var account = new Account();
        var pickle = account.Pickle(PickleKey);

        Assert.Equal(VodozemacError.InvalidArgument, Failure(() => account.Pickle(new byte[length])));
        Assert.Equal(VodozemacError.InvalidArgument, Failure(() => Account.FromPickle(pickle, new byte[length])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("AAAA")]
    public void Garbage_is_no_pickle(string garbage)
    {
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => Account.FromPickle(garbage, PickleKey)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => Account.FromLibolmPickle(garbage, PickleKey)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => Session.FromPickle(garbage, PickleKey)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => Session.FromLibolmPickle(garbage, PickleKey)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => GroupSession.FromPickle(garbage, PickleKey)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => GroupSession.FromLibolmPickle(garbage, PickleKey)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => InboundGroupSession.FromPickle(garbage, PickleKey)));
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => InboundGroupSession.FromLibolmPickle(garbage, PickleKey)));
    }

    [Fact]
    public void An_account_moves_to_libolms_format_and_back()
    {
        using var account = new Account();
        account.GenerateOneTimeKeys(2);

        var pickle = account.ToLibolmPickle("a key of any length"u8);
        using var restored = Account.FromLibolmPickle(pickle, "a key of any length"u8);

        Assert.Equal(account.IdentityKeys, restored.IdentityKeys);
        Assert.Equal(account.OneTimeKeys.Values.Order(), restored.OneTimeKeys.Values.Order());
        Assert.Equal(VodozemacError.InvalidPickle, Failure(() => Account.FromLibolmPickle(pickle, "another key"u8)));
    }
}
