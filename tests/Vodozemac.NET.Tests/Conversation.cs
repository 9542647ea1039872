using System.Text;

namespace Vodozemac.Tests;

/// <summary>Two accounts with a session between them, after Alice's first message.</summary>
sealed class Conversation : IDisposable
{
    public static readonly byte[] PickleKey = [.. Enumerable.Range(1, 32).Select(number => (byte)number)];

    public Conversation()
    {
        ToBob = Alice.CreateOutboundSession(Bob.Curve25519Key, Publish(Bob));
        var inbound = Bob.CreateInboundSession(Alice.Curve25519Key, ToBob.Encrypt("first"u8));
        Assert.Equal("first"u8, inbound.Plaintext);
        ToAlice = inbound.Session;
    }

    public Account Alice { get; } = new();

    public Account Bob { get; } = new();

    public Session ToBob { get; }

    public Session ToAlice { get; }

    /// <summary>A one-time key of the account, published.</summary>
    public static string Publish(Account account)
    {
        var key = Assert.Single(account.GenerateOneTimeKeys(1).Created);
        account.MarkKeysAsPublished();
        return key;
    }

    public static VodozemacError Failure(Action action) => Assert.Throws<VodozemacException>(action).Error;

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public void Dispose()
    {
        ToBob.Dispose();
        ToAlice.Dispose();
        Alice.Dispose();
        Bob.Dispose();
    }
}
