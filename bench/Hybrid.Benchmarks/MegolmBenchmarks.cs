using System.Text;
using BenchmarkDotNet.Attributes;
using Hybrid.Benchmarks.Libolm;
using Vodozemac;

namespace Hybrid.Benchmarks;

/// <summary>
/// Messages of 1 KiB in a Megolm session: through the public interface of Vodozemac.NET, strings and new arrays included, and
/// through libolm at its leanest, bytes in memory that is there already.
/// </summary>
public class MegolmBenchmarks
{
    // Enough that the session key's own signature, checked once for all of them, does not count.
    const int Messages = 512;

    readonly byte[] _plaintext = Encoding.UTF8.GetBytes(new string('x', 1024));
    readonly string[] _ciphertexts = new string[Messages];
    readonly byte[][] _ciphertextBytes = new byte[Messages][];

    GroupSession _sender = null!;
    string _sessionKey = "";
    byte[] _sessionKeyBytes = [];
    LibolmGroupSession _libolmSender = null!;
    LibolmInboundGroupSession _libolmReceiver = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _sender = new GroupSession();
        _sessionKey = _sender.SessionKey;
        _sessionKeyBytes = Encoding.ASCII.GetBytes(_sessionKey);
        for (var index = 0; index < Messages; index++)
        {
            _ciphertexts[index] = _sender.Encrypt(_plaintext);
            _ciphertextBytes[index] = Encoding.ASCII.GetBytes(_ciphertexts[index]);
        }

        _libolmSender = new LibolmGroupSession();
        _libolmReceiver = new LibolmInboundGroupSession();
        CheckThatBothDoTheSame();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _sender.Dispose();
        _libolmSender.Dispose();
        _libolmReceiver.Dispose();
    }

    [Benchmark]
    public string Encrypt() => _sender.Encrypt(_plaintext);

    [Benchmark]
    public int EncryptWithLibolm() => _libolmSender.Encrypt(_plaintext).Length;

    /// <summary>Reads every message once and in order, as a client does, so that the ratchet advances.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public int Decrypt()
    {
        using var receiver = new InboundGroupSession(_sessionKey);
        var total = 0;
        foreach (var ciphertext in _ciphertexts)
            total += receiver.Decrypt(ciphertext).Plaintext.Length;
        return total;
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public int DecryptWithLibolm()
    {
        _libolmReceiver.Create(_sessionKeyBytes);
        var total = 0;
        foreach (var ciphertext in _ciphertextBytes)
            total += _libolmReceiver.Decrypt(ciphertext).Length;
        return total;
    }

    /// <summary>Each reads what the other wrote.</summary>
    void CheckThatBothDoTheSame()
    {
        _libolmReceiver.Create(_sessionKeyBytes);
        using var receiver = new InboundGroupSession(Encoding.ASCII.GetString(_libolmSender.SessionKey));
        if (!_libolmReceiver.Decrypt(_ciphertextBytes[^1]).SequenceEqual(_plaintext)
            || !receiver.Decrypt(Encoding.ASCII.GetString(_libolmSender.Encrypt(_plaintext))).Plaintext.AsSpan().SequenceEqual(_plaintext)
            || Decrypt() != DecryptWithLibolm())
        {
            throw new InvalidOperationException("What was decrypted is not what was encrypted.");
        }
    }
}
