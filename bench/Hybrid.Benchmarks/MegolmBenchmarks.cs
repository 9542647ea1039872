using System.Text;
using BenchmarkDotNet.Attributes;
using Vodozemac;

namespace Hybrid.Benchmarks;

/// <summary>A message of 1 KiB in a Megolm session, through Vodozemac.NET.</summary>
public class MegolmBenchmarks
{
    readonly byte[] _plaintext = Encoding.UTF8.GetBytes(new string('x', 1024));

    GroupSession _sender = null!;
    InboundGroupSession _receiver = null!;
    string _ciphertext = "";

    [GlobalSetup]
    public void Prepare()
    {
        _sender = new GroupSession();
        _receiver = new InboundGroupSession(_sender.SessionKey);
        _ciphertext = _sender.Encrypt(_plaintext);
        if (!_receiver.Decrypt(_ciphertext).Plaintext.AsSpan().SequenceEqual(_plaintext))
            throw new InvalidOperationException("What was decrypted is not what was encrypted.");
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }

    [Benchmark]
    public string Encrypt() => _sender.Encrypt(_plaintext);

    [Benchmark]
    public DecryptedMessage Decrypt() => _receiver.Decrypt(_ciphertext);
}
