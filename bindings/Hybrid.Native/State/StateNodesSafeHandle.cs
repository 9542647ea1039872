using Microsoft.Win32.SafeHandles;

namespace Hybrid.Native.State;

/// <summary>Owns a native cache of nodes.</summary>
sealed unsafe class StateNodesSafeHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public StateNodesSafeHandle(StateNodesHandle* nodes)
        : base(ownsHandle: true) => SetHandle((nint)nodes);

    /// <summary>Keeps the cache alive until the returned value is disposed, even if another thread disposes the handle.</summary>
    public Use Borrow() => new(this);

    protected override bool ReleaseHandle()
    {
        NativeMethods.hybrid_state_nodes_free((StateNodesHandle*)handle);
        return true;
    }

    internal readonly ref struct Use
    {
        readonly StateNodesSafeHandle _owner;

        public Use(StateNodesSafeHandle owner)
        {
            var added = false;
            owner.DangerousAddRef(ref added);
            _owner = owner;
        }

        public StateNodesHandle* Pointer => (StateNodesHandle*)_owner.handle;

        public void Dispose() => _owner.DangerousRelease();
    }
}
