namespace Vodozemac.Tests;

public class LifetimeTests
{
    [Fact]
    public void What_is_disposed_is_not_used_again()
    {
        var conversation = new Conversation();
        var sender = new GroupSession();
        var reader = new InboundGroupSession(sender.SessionKey);
        var sas = new Sas();
        var other = new Sas();
        var established = sas.DiffieHellman(other.PublicKey);
        var message = conversation.ToBob.Encrypt("x"u8);
        foreach (var owner in new IDisposable[] { conversation, sender, reader, sas, other, established })
            owner.Dispose();

        Assert.Throws<ObjectDisposedException>(() => conversation.Alice.Ed25519Key);
        Assert.Throws<ObjectDisposedException>(() => conversation.Alice.OneTimeKeys);
        Assert.Throws<ObjectDisposedException>(() => conversation.Alice.Sign("x"u8));
        Assert.Throws<ObjectDisposedException>(() => conversation.Bob.CreateInboundSession("", message));
        Assert.Throws<ObjectDisposedException>(() => conversation.ToBob.Encrypt("x"u8));
        Assert.Throws<ObjectDisposedException>(() => conversation.ToAlice.Decrypt(message));
        Assert.Throws<ObjectDisposedException>(() => conversation.ToAlice.Pickle(Conversation.PickleKey));
        Assert.Throws<ObjectDisposedException>(() => sender.Encrypt("x"u8));
        Assert.Throws<ObjectDisposedException>(() => reader.Decrypt(""));
        Assert.Throws<ObjectDisposedException>(() => other.PublicKey);
        Assert.Throws<ObjectDisposedException>(() => established.Bytes(""));
    }

    [Fact]
    public void A_disposed_session_cannot_be_merged_and_the_other_survives()
    {
        using var sender = new GroupSession();
        using var reader = new InboundGroupSession(sender.SessionKey);
        var disposed = new InboundGroupSession(sender.SessionKey);
        disposed.Dispose();

        Assert.Throws<ObjectDisposedException>(() => reader.Merge(disposed));
        Assert.Throws<ArgumentNullException>(() => reader.CompareWith(null!));

        Assert.Equal("x"u8, reader.Decrypt(sender.Encrypt("x"u8)).Plaintext);
    }

    [Fact]
    public void Disposing_twice_is_harmless()
    {
        var account = new Account();

        account.Dispose();
        account.Dispose();

        Assert.Throws<ObjectDisposedException>(() => account.Curve25519Key);
    }

    [Fact]
    public void Threads_share_a_sender_without_using_an_index_twice()
    {
        using var sender = new GroupSession();
        using var reader = new InboundGroupSession(sender.SessionKey);
        var indices = new uint[400];

        Parallel.For(0, indices.Length, number => indices[number] = reader.Decrypt(sender.Encrypt([(byte)number])).MessageIndex);

        Assert.Equal(Enumerable.Range(0, indices.Length).Select(number => (uint)number), indices.Order());
    }

    [Fact]
    public void Threads_share_a_session()
    {
        using var conversation = new Conversation();
        // No more than the 40 messages that Olm lets one of them be overtaken by.
        var received = new byte[32][];

        Parallel.For(0, received.Length, number =>
            received[number] = conversation.ToAlice.Decrypt(conversation.ToBob.Encrypt([(byte)number])));

        Assert.Equal(Enumerable.Range(0, received.Length).Select(number => (byte)number), received.Select(Assert.Single));
    }

    [Fact]
    public void Threads_share_an_account()
    {
        using var account = new Account();

        Parallel.For(0, 40, _ =>
        {
            account.GenerateOneTimeKeys(5);
            Assert.True(Ed25519.Verify(account.Ed25519Key, "x"u8, account.Sign("x"u8)));
        });

        Assert.Equal(200, account.StoredOneTimeKeyCount);
        Assert.Equal(200, account.OneTimeKeys.Values.Distinct().Count());
    }

    [Fact]
    public async Task Comparing_two_sessions_both_ways_at_once_does_not_lock_up()
    {
        using var sender = new GroupSession();
        using var first = new InboundGroupSession(sender.SessionKey);
        using var second = InboundGroupSession.Import(first.ExportAt(3));

        var better = Task.Run(() => Enumerable.Range(0, 2000).All(_ => first.CompareWith(second) == SessionOrdering.Better));
        var worse = Task.Run(() => Enumerable.Range(0, 2000).All(_ => second.CompareWith(first) == SessionOrdering.Worse));

        var results = await Task.WhenAll(better, worse).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.All(results, Assert.True);
    }

    [Fact]
    public void An_object_may_be_disposed_while_another_thread_uses_it()
    {
        for (var round = 0; round < 50; round++)
        {
            var sender = new GroupSession();
            using var reader = new InboundGroupSession(sender.SessionKey);
            Parallel.Invoke(
                () =>
                {
                    try
                    {
                        while (true)
                            Assert.Equal("x"u8, reader.Decrypt(sender.Encrypt("x"u8)).Plaintext);
                    }
                    catch (ObjectDisposedException)
                    {
                        Assert.Throws<ObjectDisposedException>(() => sender.Id);
                    }
                },
                sender.Dispose);
        }
    }
}
