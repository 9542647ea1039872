using static Vodozemac.Tests.Conversation;

namespace Vodozemac.Tests;

public class SessionTests
{
    [Fact]
    public void A_conversation_goes_both_ways()
    {
        using var conversation = new Conversation();
        var (toBob, toAlice) = (conversation.ToBob, conversation.ToAlice);
        Assert.Equal(toBob.Id, toAlice.Id);
        Assert.False(toBob.HasReceivedMessage);

        for (var turn = 0; turn < 10; turn++)
        {
            var question = Utf8($"question {turn} ❓");
            Assert.Equal(question, toAlice.Decrypt(toBob.Encrypt(question)));
            var answer = Utf8($"answer {turn}");
            var encrypted = toAlice.Encrypt(answer);
            Assert.Equal(OlmMessageType.Normal, encrypted.Type);
            Assert.Equal(answer, toBob.Decrypt(encrypted));
        }

        Assert.True(toBob.HasReceivedMessage);
        Assert.Equal(OlmMessageType.Normal, toBob.Encrypt("x"u8).Type);
    }

    [Fact]
    public void Messages_may_overtake_each_other_but_arrive_once()
    {
        using var conversation = new Conversation();
        var messages = Enumerable.Range(0, 10).Select(number => conversation.ToBob.Encrypt([(byte)number])).ToArray();

        foreach (var number in new[] { 9, 0, 5, 4, 6, 1, 8, 2, 7, 3 })
            Assert.Equal([(byte)number], conversation.ToAlice.Decrypt(messages[number]));

        Assert.Equal(VodozemacError.MissingMessageKey, Failure(() => conversation.ToAlice.Decrypt(messages[4])));
    }

    [Fact]
    public void A_pre_key_message_is_known_by_its_session()
    {
        using var conversation = new Conversation();
        using var stranger = new Conversation();
        var message = conversation.ToBob.Encrypt("again"u8);

        Assert.Equal(OlmMessageType.PreKey, message.Type);
        Assert.True(conversation.ToAlice.Matches(message));
        Assert.False(stranger.ToAlice.Matches(message));
        Assert.False(conversation.ToAlice.Matches(conversation.ToAlice.Encrypt("normal"u8)));
        Assert.Equal(VodozemacError.MalformedMessage, Failure(() => stranger.ToAlice.Matches(new OlmMessage(OlmMessageType.PreKey, "AwoA"))));
    }

    [Fact]
    public void A_session_knows_the_keys_that_it_was_made_of()
    {
        using var alice = new Account();
        using var bob = new Account();
        var oneTimeKey = Publish(bob);
        using var toBob = alice.CreateOutboundSession(bob.Curve25519Key, oneTimeKey);
        var message = toBob.Encrypt("x"u8);
        using var toAlice = bob.CreateInboundSession(alice.Curve25519Key, message).Session;

        Assert.Equal(toBob.Keys, toAlice.Keys);
        Assert.Equal((alice.Curve25519Key, oneTimeKey), (toBob.Keys.IdentityKey, toBob.Keys.OneTimeKey));
        Assert.Equal(toBob.Id, toBob.Keys.SessionId);
        Assert.Equal(toBob.Keys, SessionKeys.Of(message));
        Assert.Equal(VodozemacError.MalformedMessage, Failure(() => SessionKeys.Of(toAlice.Encrypt("normal"u8))));
        Assert.Equal(VodozemacError.MalformedMessage, Failure(() => SessionKeys.Of(message with { Body = "AAAA" })));
        Assert.Throws<ArgumentNullException>(() => SessionKeys.Of(default));
    }

    [Fact]
    public void Empty_and_large_messages_survive()
    {
        using var conversation = new Conversation();
        var large = new byte[1 << 20];
        Random.Shared.NextBytes(large);

        Assert.Empty(conversation.ToAlice.Decrypt(conversation.ToBob.Encrypt([])));
        Assert.Equal(large, conversation.ToAlice.Decrypt(conversation.ToBob.Encrypt(large)));
    }

    [Fact]
    public void A_message_of_another_session_is_refused_and_harms_nothing()
    {
        using var conversation = new Conversation();
        using var stranger = new Conversation();

        Assert.Equal(VodozemacError.DecryptionFailed, Failure(() => conversation.ToAlice.Decrypt(stranger.ToBob.Encrypt("x"u8))));

        Assert.Equal("fine"u8, conversation.ToAlice.Decrypt(conversation.ToBob.Encrypt("fine"u8)));
    }

    [Fact]
    public void A_changed_message_is_refused_and_the_real_one_still_accepted()
    {
        using var conversation = new Conversation();
        conversation.ToBob.Decrypt(conversation.ToAlice.Encrypt("so that messages are normal"u8));
        var message = conversation.ToBob.Encrypt("real"u8);
        var end = message.Body[^1] == 'A' ? 'Q' : 'A';
        var changed = message with { Body = message.Body[..^1] + end };

        Assert.Contains(
            Failure(() => conversation.ToAlice.Decrypt(changed)),
            new[] { VodozemacError.DecryptionFailed, VodozemacError.MalformedMessage });

        Assert.Equal("real"u8, conversation.ToAlice.Decrypt(message));
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("AAAA")]
    [InlineData("AwoA")]
    [InlineData("ünïcödé")]
    public void Garbage_is_no_message(string body)
    {
        using var conversation = new Conversation();

        foreach (var type in new[] { OlmMessageType.PreKey, OlmMessageType.Normal, (OlmMessageType)2, (OlmMessageType)(-1) })
            Assert.Equal(VodozemacError.MalformedMessage, Failure(() => conversation.ToAlice.Decrypt(new OlmMessage(type, body))));
    }

    [Fact]
    public void A_message_too_far_ahead_is_refused()
    {
        using var conversation = new Conversation();
        var message = default(OlmMessage);
        for (var number = 0; number < 2100; number++)
            message = conversation.ToBob.Encrypt("x"u8);

        Assert.Equal(VodozemacError.MessageGapTooBig, Failure(() => conversation.ToAlice.Decrypt(message)));
    }
}
