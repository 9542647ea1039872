using Microsoft.Win32.SafeHandles;

namespace Vodozemac;

/// <summary>
/// Owns a native object. Calls hold it, so that it is freed only when it is disposed and no call uses it any more. The object
/// has a lock on the native side; here nothing needs one.
/// </summary>
sealed unsafe class NativeHandle<T> : SafeHandleZeroOrMinusOneIsInvalid
    where T : unmanaged
{
    readonly delegate*<T*, void> _free;

    public NativeHandle(T* native, delegate*<T*, void> free)
        : base(ownsHandle: true)
    {
        _free = free;
        SetHandle((nint)native);
    }

    /// <summary>Keeps the object alive until the result is disposed.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed already.</exception>
    public Hold Use() => new(this);

    public string Text(delegate*<T*, OwnedBuffer*, Status> call)
    {
        using var buffer = Buffer(call);
        return buffer.ToString();
    }

    public string Text(delegate*<T*, ByteView, OwnedBuffer*, Status> call, ReadOnlySpan<byte> argument)
    {
        using var buffer = Buffer(call, argument);
        return buffer.ToString();
    }

    public byte[] Bytes(delegate*<T*, OwnedBuffer*, Status> call)
    {
        using var buffer = Buffer(call);
        return buffer.ToArray();
    }

    public byte[] Bytes(delegate*<T*, ByteView, OwnedBuffer*, Status> call, ReadOnlySpan<byte> argument)
    {
        using var buffer = Buffer(call, argument);
        return buffer.ToArray();
    }

    public TNumber Number<TNumber>(delegate*<T*, TNumber*, Status> call)
        where TNumber : unmanaged
    {
        TNumber result;
        using var hold = Use();
        VodozemacException.ThrowIfFailed(call(hold.Pointer, &result));
        return result;
    }

    /// <summary>The bytes that a call makes, to be disposed by the caller.</summary>
    public NativeBuffer Buffer(delegate*<T*, OwnedBuffer*, Status> call)
    {
        OwnedBuffer result;
        using var hold = Use();
        VodozemacException.ThrowIfFailed(call(hold.Pointer, &result));
        return new NativeBuffer(result);
    }

    NativeBuffer Buffer(delegate*<T*, ByteView, OwnedBuffer*, Status> call, ReadOnlySpan<byte> argument)
    {
        OwnedBuffer result;
        using var hold = Use();
        fixed (byte* start = argument)
            VodozemacException.ThrowIfFailed(call(hold.Pointer, new ByteView(start, argument.Length), &result));
        return new NativeBuffer(result);
    }

    protected override bool ReleaseHandle()
    {
        _free((T*)handle);
        return true;
    }

    public readonly ref struct Hold
    {
        readonly NativeHandle<T> _owner;

        public Hold(NativeHandle<T> owner)
        {
            var held = false;
            owner.DangerousAddRef(ref held);
            _owner = owner;
        }

        public T* Pointer => (T*)_owner.handle;

        public void Dispose() => _owner.DangerousRelease();
    }
}
