using Microsoft.Win32.SafeHandles;

namespace Hybrid.Native;

/// <summary>Owns a native signing key.</summary>
sealed unsafe class SigningKeyHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public SigningKeyHandle(OpaqueSigningKey* key)
        : base(ownsHandle: true) => SetHandle((nint)key);

    /// <summary>Keeps the key alive until the returned value is disposed, even if another thread disposes the handle.</summary>
    public Use Borrow() => new(this);

    protected override bool ReleaseHandle()
    {
        NativeMethods.hybrid_signing_key_free((OpaqueSigningKey*)handle);
        return true;
    }

    internal readonly ref struct Use
    {
        readonly SigningKeyHandle _owner;

        public Use(SigningKeyHandle owner)
        {
            var added = false;
            owner.DangerousAddRef(ref added);
            _owner = owner;
        }

        public OpaqueSigningKey* Pointer => (OpaqueSigningKey*)_owner.handle;

        public void Dispose() => _owner.DangerousRelease();
    }
}
