using System.Runtime.InteropServices;
using Hybrid.Native.State;

namespace Hybrid.Native;

/// <summary>What the generated struct needs to be read and written.</summary>
partial struct StateMapRow
{
    public readonly StateMapKey Key => new(kind, key);

    public readonly ulong? Event => has_event != 0 ? @event : null;

    public static StateMapRow Of(StateMapKey key, ulong? number) => new()
    {
        kind = key.Type,
        key = key.Key,
        @event = number.GetValueOrDefault(),
        has_event = number.HasValue ? 1u : 0u,
    };

    /// <summary>The rows of a native result, which this gives back.</summary>
    public static StateMapRow[] ReadAll(OwnedBuffer packed)
    {
        using var buffer = new NativeBuffer(packed);
        return MemoryMarshal.Cast<byte, StateMapRow>(buffer.Span).ToArray();
    }
}
