using System.Buffers;
using System.Text;

namespace Hybrid.Native;

/// <summary>A string argument as UTF-8, in the caller's stack space where it fits.</summary>
ref struct Utf8Text
{
    /// <summary>The stack space to offer, in bytes: enough for every identifier within the limits of the specification.</summary>
    public const int StackSize = 256;

    readonly byte[]? _rented;

    public Utf8Text(string text, Span<byte> stack)
    {
        ArgumentNullException.ThrowIfNull(text);
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most > stack.Length)
            stack = _rented = ArrayPool<byte>.Shared.Rent(most);
        Span = stack[..Encoding.UTF8.GetBytes(text, stack)];
    }

    public ReadOnlySpan<byte> Span { get; }

    /// <summary>For the <c>fixed</c> statement.</summary>
    public readonly ref readonly byte GetPinnableReference() => ref Span.GetPinnableReference();

    public readonly void Dispose()
    {
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
    }
}
