namespace Hybrid.Native;

/// <summary>How this process keeps memory that native code has given back.</summary>
public static class ProcessMemory
{
    /// <summary>
    /// Gives blocks of a megabyte and more back to the system as soon as they are freed. Without it the C library keeps several
    /// times the 19 MiB of a password hash for each thread that ever made one. For programs, once at their start.
    /// </summary>
    public static void ReturnLargeBlocks() => NativeMethods.hybrid_memory_return_large_blocks();
}
