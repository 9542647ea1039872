using System.Runtime.CompilerServices;
using System.Text;
using BenchmarkDotNet.Attributes;
using Hybrid.Native;

namespace Hybrid.Benchmarks;

/// <summary>
/// What it costs to cross into native code: the bare call, and one that brings bytes in and a buffer of its own out, beside the
/// same work done many times within one call. Nothing that goes through the boundary can be cheaper.
/// </summary>
public class CrossingBenchmarks
{
    const int Rounds = 1000;

    byte[] _small = [];
    byte[] _large = [];

    [GlobalSetup]
    public void Prepare()
    {
        _small = ObjectOf(64);
        _large = ObjectOf(1024);
        if (Call1024() != WorkOf1024())
            throw new InvalidOperationException("The work alone gives another result than the call.");
        foreach (var json in new[] { _small, _large })
        {
            if (!CanonicalJson.Canonicalize(json).AsSpan().SequenceEqual(ManagedCanonicalJson.Canonicalize(json)))
                throw new InvalidOperationException("Native and managed canonical JSON differ.");
        }
    }

    [Benchmark]
    public void Noop() => NativeMethods.hybrid_noop();

    [Benchmark]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void ManagedCall() => Nothing();

    [Benchmark]
    public byte[] Canonicalize64() => CanonicalJson.Canonicalize(_small);

    [Benchmark]
    public byte[] Managed64() => ManagedCanonicalJson.Canonicalize(_small);

    [Benchmark]
    public byte[] Canonicalize1024() => CanonicalJson.Canonicalize(_large);

    /// <summary>The call as generated: the buffer is given back, and nothing of it copied.</summary>
    [Benchmark]
    public unsafe nuint Call1024()
    {
        OwnedBuffer canonical;
        fixed (byte* bytes = _large)
            NativeException.ThrowIfFailed(NativeMethods.hybrid_json_canonicalize(new ByteView(bytes, _large.Length), &canonical));
        NativeMethods.hybrid_buffer_free(canonical);
        return canonical.len;
    }

    [Benchmark(OperationsPerInvoke = Rounds)]
    public unsafe nuint WorkOf1024()
    {
        nuint length;
        fixed (byte* bytes = _large)
            NativeException.ThrowIfFailed(NativeMethods.hybrid_measure_canonicalize(new ByteView(bytes, _large.Length), Rounds, &length));
        return length;
    }

    [Benchmark]
    public byte[] Managed1024() => ManagedCanonicalJson.Canonicalize(_large);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Nothing()
    {
    }

    // Two keys in the wrong order, and text up to the length.
    static byte[] ObjectOf(int length)
    {
        const string Frame = """{"text":"","depth":12345}""";
        return Encoding.UTF8.GetBytes(Frame.Replace("\"\"", $"\"{new string('x', length - Frame.Length)}\"", StringComparison.Ordinal));
    }
}
