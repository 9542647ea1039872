using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hybrid.Native;

/// <summary>Finds the native library at the first call, and refuses one that was built from other sources.</summary>
static unsafe class NativeLibraryLoader
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The resolver must stand before the first call, whoever makes it.")]
    internal static void Register() =>
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLoader).Assembly, Resolve);

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != "hybrid_ffi")
            return 0;

        var beside = Path.Combine(AppContext.BaseDirectory, "libhybrid_ffi.so");
        if (!NativeLibrary.TryLoad(beside, out var library))
            library = NativeLibrary.Load(name, assembly, searchPath);
        RequireAbi(library, beside);
        return library;
    }

    static void RequireAbi(nint library, string path)
    {
        var found = NativeLibrary.TryGetExport(library, "hybrid_abi_version", out var export)
            ? ((delegate* unmanaged[Cdecl]<uint>)export)()
            : 0;
        if (found != NativeMethods.ABI_VERSION)
        {
            throw new DllNotFoundException(
                $"The native library {path} has ABI version {found}, but {NativeMethods.ABI_VERSION} is needed. " +
                "Run native/build.sh.");
        }
    }
}
