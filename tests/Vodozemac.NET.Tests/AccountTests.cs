using static Vodozemac.Tests.Conversation;

namespace Vodozemac.Tests;

public class AccountTests
{
    [Fact]
    public void Each_account_has_keys_of_its_own_and_keeps_them()
    {
        using var alice = new Account();
        using var bob = new Account();

        Assert.NotEqual(alice.IdentityKeys, bob.IdentityKeys);
        Assert.Equal(new IdentityKeys(alice.Ed25519Key, alice.Curve25519Key), alice.IdentityKeys);
        Assert.Equal(32, Convert.FromBase64String(alice.Ed25519Key + "=").Length);
        Assert.Equal(32, Convert.FromBase64String(alice.Curve25519Key + "=").Length);
    }

    [Fact]
    public void A_signature_is_for_one_key_and_one_message()
    {
        using var alice = new Account();
        using var bob = new Account();

        var signature = alice.Sign("message"u8);

        Assert.True(Ed25519.Verify(alice.Ed25519Key, "message"u8, signature));
        Assert.False(Ed25519.Verify(alice.Ed25519Key, "other"u8, signature));
        Assert.False(Ed25519.Verify(bob.Ed25519Key, "message"u8, signature));
        Assert.False(Ed25519.Verify(alice.Ed25519Key, "message"u8, "no base64!"));
        Assert.Equal(VodozemacError.InvalidKey, Failure(() => Ed25519.Verify("AAAA", "message"u8, signature)));
        Assert.True(Ed25519.Verify(alice.Ed25519Key, [], alice.Sign([])));
    }

    [Fact]
    public void One_time_keys_are_listed_until_they_are_published()
    {
        using var account = new Account();

        var generated = account.GenerateOneTimeKeys(3);

        Assert.Equal(50, account.MaxOneTimeKeys);
        Assert.Empty(generated.Removed);
        Assert.Equal(generated.Created.Order(), account.OneTimeKeys.Values.Order());
        Assert.Equal(3, account.OneTimeKeys.Count);
        account.MarkKeysAsPublished();
        Assert.Empty(account.OneTimeKeys);
        Assert.Equal(3, account.StoredOneTimeKeyCount);
    }

    [Fact]
    public void The_oldest_one_time_keys_make_room_and_are_named()
    {
        using var account = new Account();
        var first = account.GenerateOneTimeKeys(5000).Created;

        var removed = account.GenerateOneTimeKeys(2).Removed;

        Assert.Equal(first.Take(2).Order(), removed.Order());
        Assert.Equal(5000, account.StoredOneTimeKeyCount);
    }

    [Fact]
    public void A_count_of_one_time_keys_has_limits()
    {
        using var account = new Account();

        Assert.Empty(account.GenerateOneTimeKeys(0).Created);
        Assert.Throws<ArgumentOutOfRangeException>(() => account.GenerateOneTimeKeys(-1));
        Assert.Equal(VodozemacError.InvalidArgument, Failure(() => account.GenerateOneTimeKeys(5001)));
        Assert.Equal(VodozemacError.InvalidArgument, Failure(() => account.GenerateOneTimeKeys(int.MaxValue)));
    }

    [Fact]
    public void A_fallback_key_serves_many_senders()
    {
        using var bob = new Account();
        Assert.Null(bob.FallbackKey);
        Assert.Null(bob.GenerateFallbackKey());
        var fallback = bob.FallbackKey!.Value.Value;
        bob.MarkKeysAsPublished();
        Assert.Null(bob.FallbackKey);

        for (var sender = 0; sender < 3; sender++)
        {
            using var alice = new Account();
            using var session = alice.CreateOutboundSession(bob.Curve25519Key, fallback);
            var inbound = bob.CreateInboundSession(alice.Curve25519Key, session.Encrypt("hello"u8));
            inbound.Session.Dispose();
            Assert.Equal("hello"u8, inbound.Plaintext);
        }

        Assert.Null(bob.GenerateFallbackKey());
        Assert.Equal(fallback, bob.GenerateFallbackKey());
        Assert.True(bob.ForgetFallbackKey());
        Assert.False(bob.ForgetFallbackKey());
    }

    [Fact]
    public void A_pre_key_message_is_for_one_account_from_one_sender_once()
    {
        using var alice = new Account();
        using var bob = new Account();
        using var carol = new Account();
        using var session = alice.CreateOutboundSession(bob.Curve25519Key, Publish(bob));
        var message = session.Encrypt("hello"u8);

        Assert.Equal(VodozemacError.UnknownOneTimeKey, Failure(() => carol.CreateInboundSession(alice.Curve25519Key, message)));
        Assert.Equal(VodozemacError.MismatchedIdentityKey, Failure(() => bob.CreateInboundSession(carol.Curve25519Key, message)));
        Assert.Equal(1, bob.StoredOneTimeKeyCount);
        bob.CreateInboundSession(alice.Curve25519Key, message).Session.Dispose();
        Assert.Equal(0, bob.StoredOneTimeKeyCount);
        Assert.Equal(VodozemacError.UnknownOneTimeKey, Failure(() => bob.CreateInboundSession(alice.Curve25519Key, message)));
    }

    [Fact]
    public void A_normal_message_begins_no_session()
    {
        using var conversation = new Conversation();
        var normal = conversation.ToAlice.Encrypt("x"u8);

        Assert.Equal(OlmMessageType.Normal, normal.Type);
        Assert.Equal(
            VodozemacError.MalformedMessage,
            Failure(() => conversation.Alice.CreateInboundSession(conversation.Bob.Curve25519Key, normal)));
        Assert.Equal(
            VodozemacError.MalformedMessage,
            Failure(() => conversation.Alice.CreateInboundSession(conversation.Bob.Curve25519Key, normal with { Type = OlmMessageType.PreKey })));
    }

    [Fact]
    public void Keys_that_are_none_are_refused()
    {
        using var account = new Account();
        var zero = new string('A', 43);

        Assert.Equal(VodozemacError.InvalidKey, Failure(() => account.CreateOutboundSession("", "")));
        Assert.Equal(VodozemacError.InvalidKey, Failure(() => account.CreateOutboundSession(account.Curve25519Key, "ключ")));
        Assert.Equal(VodozemacError.NonContributoryKey, Failure(() => account.CreateOutboundSession(zero, zero)));
        Assert.Throws<ArgumentNullException>(() => account.CreateOutboundSession(null!, zero));
    }
}
