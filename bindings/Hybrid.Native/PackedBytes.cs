using System.Buffers;

namespace Hybrid.Native;

/// <summary>Several texts end to end in one rented block, so that one pinned block crosses the boundary.</summary>
ref struct PackedBytes : IDisposable
{
    /// <summary>How many lengths fit on the caller's stack.</summary>
    public const int StackCount = 16;

    readonly byte[] _block;
    readonly int _total;

    /// <param name="items">The texts.</param>
    /// <param name="stack">Takes their lengths, if there is room.</param>
    public PackedBytes(IReadOnlyList<ReadOnlyMemory<byte>> items, Span<int> stack)
    {
        var lengths = items.Count <= stack.Length ? stack[..items.Count] : new int[items.Count];
        for (var index = 0; index < items.Count; index++)
        {
            lengths[index] = items[index].Length;
            _total = checked(_total + items[index].Length);
        }

        _block = ArrayPool<byte>.Shared.Rent(_total);
        var position = 0;
        for (var index = 0; index < items.Count; index++)
        {
            items[index].Span.CopyTo(_block.AsSpan(position));
            position += lengths[index];
        }

        Lengths = lengths;
    }

    /// <summary>The length of each text, in bytes.</summary>
    public ReadOnlySpan<int> Lengths { get; }

    /// <summary>The texts.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _block.AsSpan(0, _total);

    public readonly void Dispose() => ArrayPool<byte>.Shared.Return(_block);
}
