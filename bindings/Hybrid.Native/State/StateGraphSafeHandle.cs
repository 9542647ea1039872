using Microsoft.Win32.SafeHandles;

namespace Hybrid.Native.State;

/// <summary>Owns a native graph of state events.</summary>
sealed unsafe class StateGraphSafeHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public StateGraphSafeHandle(StateGraphHandle* graph)
        : base(ownsHandle: true) => SetHandle((nint)graph);

    /// <summary>Keeps the graph alive until the returned value is disposed, even if another thread disposes the handle.</summary>
    public Use Borrow() => new(this);

    protected override bool ReleaseHandle()
    {
        NativeMethods.hybrid_state_graph_free((StateGraphHandle*)handle);
        return true;
    }

    internal readonly ref struct Use
    {
        readonly StateGraphSafeHandle _owner;

        public Use(StateGraphSafeHandle owner)
        {
            var added = false;
            owner.DangerousAddRef(ref added);
            _owner = owner;
        }

        public StateGraphHandle* Pointer => (StateGraphHandle*)_owner.handle;

        public void Dispose() => _owner.DangerousRelease();
    }
}
