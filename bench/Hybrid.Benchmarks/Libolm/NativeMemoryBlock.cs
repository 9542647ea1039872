using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Hybrid.Benchmarks.Libolm;

/// <summary>Memory outside of the managed heap, for libolm's objects, messages and random bytes: made once, used often.</summary>
sealed unsafe class NativeMemoryBlock(nuint length) : IDisposable
{
    public byte* Start { get; } = (byte*)NativeMemory.AllocZeroed(length);

    public Span<byte> Span => new(Start, checked((int)length));

    /// <summary>Fills the beginning with bytes from the operating system.</summary>
    public byte* Random(nuint count)
    {
        RandomNumberGenerator.Fill(Span[..checked((int)count)]);
        return Start;
    }

    /// <summary>Copies bytes to the beginning: libolm decodes messages where they lie, and destroys them.</summary>
    public byte* Copy(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Span);
        return Start;
    }

    public void Dispose() => NativeMemory.Free(Start);
}
