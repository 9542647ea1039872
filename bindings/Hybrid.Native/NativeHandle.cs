using Microsoft.Win32.SafeHandles;

namespace Hybrid.Native;

/// <summary>Owns a native object. Calls borrow it, so that it is freed only when it is disposed and no call uses it any more.</summary>
sealed unsafe class NativeHandle<T> : SafeHandleZeroOrMinusOneIsInvalid
    where T : unmanaged
{
    readonly delegate*<T*, void> _free;

    /// <param name="native">The object.</param>
    /// <param name="free">The export that takes it back.</param>
    public NativeHandle(T* native, delegate*<T*, void> free)
        : base(ownsHandle: true)
    {
        _free = free;
        SetHandle((nint)native);
    }

    /// <summary>The object, for as long as something keeps this from being freed.</summary>
    public T* Pointer => (T*)handle;

    /// <summary>Keeps the object alive until the returned value is disposed, even if another thread disposes the handle.</summary>
    /// <exception cref="ObjectDisposedException">It is disposed already.</exception>
    public Use Borrow() => new(this);

    protected override bool ReleaseHandle()
    {
        _free(Pointer);
        return true;
    }

    internal readonly ref struct Use
    {
        readonly NativeHandle<T> _owner;

        public Use(NativeHandle<T> owner)
        {
            var added = false;
            owner.DangerousAddRef(ref added);
            _owner = owner;
        }

        public T* Pointer => _owner.Pointer;

        public void Dispose() => _owner.DangerousRelease();
    }
}
