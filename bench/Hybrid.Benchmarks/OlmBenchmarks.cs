using System.Text;
using BenchmarkDotNet.Attributes;
using Hybrid.Benchmarks.Libolm;
using Vodozemac;

namespace Hybrid.Benchmarks;

/// <summary>
/// Olm between two devices: through the public interface of Vodozemac.NET, strings and new objects included, and through libolm at
/// its leanest, in memory that is there already.
/// </summary>
public class OlmBenchmarks
{
    readonly byte[] _plaintext = Encoding.UTF8.GetBytes(new string('x', 1024));

    Account _alice = null!;
    Session _toBob = null!;
    Session _toAlice = null!;

    LibolmAccount _libolmAlice = null!;
    LibolmAccount _libolmBob = null!;
    byte[] _libolmAliceKey = [];
    LibolmSession _libolmToBob = null!;
    LibolmSession _libolmToAlice = null!;
    LibolmSession _libolmOutbound = null!;
    LibolmSession _libolmInbound = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _alice = new Account();
        using var bob = new Account();
        var oneTimeKey = bob.GenerateOneTimeKeys(1).Created[0];
        _toBob = _alice.CreateOutboundSession(bob.Curve25519Key, oneTimeKey);
        _toAlice = bob.CreateInboundSession(_alice.Curve25519Key, _toBob.Encrypt(_plaintext)).Session;

        (_libolmAlice, _libolmBob) = (new LibolmAccount(), new LibolmAccount());
        _libolmAliceKey = _libolmAlice.IdentityKey;
        (_libolmOutbound, _libolmInbound) = (new LibolmSession(), new LibolmSession());
        (_libolmToBob, _libolmToAlice) = (new LibolmSession(), new LibolmSession());
        _libolmToBob.CreateOutbound(_libolmAlice, _libolmBob.IdentityKey, _libolmBob.PublishOneTimeKey());
        var (type, _) = _libolmToBob.Encrypt(_plaintext, out var first);
        _libolmToAlice.CreateInbound(_libolmBob, _libolmAliceKey, first);
        var read = _libolmToAlice.Decrypt(type, first).SequenceEqual(_plaintext);
        if (!read || RoundTrip() != _plaintext.Length || RoundTripWithLibolm() != _plaintext.Length || SetUpSession() != SetUpSessionWithLibolm())
            throw new InvalidOperationException("What was decrypted is not what was encrypted.");
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        foreach (var owner in new IDisposable[] { _alice, _toBob, _toAlice, _libolmAlice, _libolmBob, _libolmToBob, _libolmToAlice, _libolmOutbound, _libolmInbound })
            owner.Dispose();
    }

    /// <summary>Bob makes an account and a one-time key, Alice a session with it and a message, Bob his side and reads it.</summary>
    [Benchmark]
    public int SetUpSession()
    {
        using var bob = new Account();
        var oneTimeKey = bob.GenerateOneTimeKeys(1).Created[0];
        bob.MarkKeysAsPublished();
        using var toBob = _alice.CreateOutboundSession(bob.Curve25519Key, oneTimeKey);
        var inbound = bob.CreateInboundSession(_alice.Curve25519Key, toBob.Encrypt(_plaintext));
        inbound.Session.Dispose();
        return inbound.Plaintext.Length;
    }

    [Benchmark]
    public int SetUpSessionWithLibolm()
    {
        _libolmBob.Create();
        var oneTimeKey = _libolmBob.PublishOneTimeKey();
        _libolmOutbound.CreateOutbound(_libolmAlice, _libolmBob.IdentityKey, oneTimeKey);
        var (type, _) = _libolmOutbound.Encrypt(_plaintext, out var message);
        _libolmInbound.CreateInbound(_libolmBob, _libolmAliceKey, message);
        var length = _libolmInbound.Decrypt(type, message).Length;
        _libolmOutbound.Clear();
        _libolmInbound.Clear();
        _libolmBob.Clear();
        return length;
    }

    /// <summary>A message there and one back, each with a new ratchet key, as when two devices take turns.</summary>
    [Benchmark]
    public int RoundTrip()
    {
        _toAlice.Decrypt(_toBob.Encrypt(_plaintext));
        return _toBob.Decrypt(_toAlice.Encrypt(_plaintext)).Length;
    }

    [Benchmark]
    public int RoundTripWithLibolm()
    {
        var (type, _) = _libolmToBob.Encrypt(_plaintext, out var there);
        _libolmToAlice.Decrypt(type, there);
        (type, _) = _libolmToAlice.Encrypt(_plaintext, out var back);
        return _libolmToBob.Decrypt(type, back).Length;
    }
}
