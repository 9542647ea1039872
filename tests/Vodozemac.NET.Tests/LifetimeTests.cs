namespace Vodozemac.Tests;

public class LifetimeTests
{
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
    public void Threads_share_a_channel_without_losing_count()
    {
        using var shown = new Ecies();
        using var scanning = new Ecies();
        var outbound = scanning.EstablishOutboundChannel(shown.PublicKey, []);
        using var s = outbound.Channel;
        using var g = shown.EstablishInboundChannel(outbound.InitialMessage).Channel;
        var order = new object();
        var received = new System.Collections.Concurrent.ConcurrentBag<byte>();

        // Both ways at once; one way is in order only if the caller keeps it so.
        Parallel.For(0, 200, number =>
        {
            lock (order)
                received.Add(Assert.Single(g.Decrypt(s.Encrypt([(byte)number]))));
            _ = g.CheckCode + g.Encrypt("x"u8).Length;
        });

        Assert.Equal(Enumerable.Range(0, 200).Select(number => (byte)number), received.Order());
    }

    [Fact]
    public void Of_many_threads_one_uses_a_key_that_serves_once()
    {
        using var shown = new Ecies();
        using var scanning = new Ecies();
        using var sas = new Sas();
        using var otherSas = new Sas();
        var (key, sasKey) = (shown.PublicKey, otherSas.PublicKey);
        int channels = 0, verifications = 0;

        Parallel.For(0, 40, _ =>
        {
            try
            {
                scanning.EstablishOutboundChannel(key, "x"u8).Channel.Dispose();
                Interlocked.Increment(ref channels);
            }
            catch (VodozemacException refused) when (refused.Error == VodozemacError.KeyAlreadyUsed)
            {
            }

            try
            {
                sas.DiffieHellman(sasKey).Dispose();
                Interlocked.Increment(ref verifications);
            }
            catch (VodozemacException refused) when (refused.Error == VodozemacError.KeyAlreadyUsed)
            {
            }
        });

        Assert.Equal((1, 1), (channels, verifications));
    }

    [Fact]
    public void Threads_share_a_backup_key()
    {
        using var key = new MegolmBackupV1Key();
        var publicKey = key.PublicKey;

        Parallel.For(0, 100, number =>
            Assert.Equal([(byte)number], key.Decrypt(MegolmBackupV1.Encrypt(publicKey, [(byte)number]))));
    }

    [Fact]
    public void A_failure_on_one_thread_has_the_words_of_that_thread()
    {
        using var account = new Account();

        Parallel.For(1, 200, number =>
        {
            var length = number == 32 ? 33 : number;
            var failure = Assert.Throws<VodozemacException>(() => account.Pickle(new byte[length]));
            Assert.Contains($"not {length}", failure.Message, StringComparison.Ordinal);
        });
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

    // Freed under a call, each of these would read memory that is not theirs any more.
    [Fact]
    public void Every_kind_of_object_may_be_disposed_during_a_call()
    {
        for (var round = 0; round < 20; round++)
        {
            using var conversation = new Conversation();
            var reader = NewReader();
            var key = new MegolmBackupV1Key();
            var message = MegolmBackupV1.Encrypt(key.PublicKey, new byte[1000]);
            var ecies = new Ecies();
            var channel = NewChannel(ecies.PublicKey);
            var sas = NewSas();
            (IDisposable Owner, Action Call)[] objects =
            [
                (conversation.Alice, () => conversation.Alice.Sign(new byte[1000])),
                (conversation.ToBob, () => conversation.ToBob.Encrypt(new byte[1000])),
                (reader, () => reader.ExportAt(1000)),
                (key, () => key.Decrypt(message)),
                (ecies, () => _ = ecies.PublicKey),
                (channel, () => channel.Encrypt(new byte[1000])),
                (sas, () => sas.Bytes("info")),
            ];
            foreach (var (owner, call) in objects)
            {
                using var started = new ManualResetEventSlim();
                void CallUntilDisposed()
                {
                    while (true)
                    {
                        call();
                        started.Set();
                    }
                }

                Parallel.Invoke(
                    () => Assert.Throws<ObjectDisposedException>(CallUntilDisposed),
                    () =>
                    {
                        started.Wait();
                        owner.Dispose();
                    });
            }
        }
    }

    static InboundGroupSession NewReader()
    {
        using var sender = new GroupSession();
        return new InboundGroupSession(sender.SessionKey);
    }

    static EstablishedEcies NewChannel(string publicKey)
    {
        using var scanning = new Ecies();
        return scanning.EstablishOutboundChannel(publicKey, []).Channel;
    }

    static EstablishedSas NewSas()
    {
        using var first = new Sas();
        using var second = new Sas();
        return first.DiffieHellman(second.PublicKey);
    }
}
