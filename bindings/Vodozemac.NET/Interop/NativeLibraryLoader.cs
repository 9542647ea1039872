using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vodozemac;

/// <summary>Finds the native library at the first call, and refuses one with another interface than this assembly's.</summary>
static unsafe class NativeLibraryLoader
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The resolver must stand before the first call, whichever type makes it.")]
    internal static void Register() =>
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLoader).Assembly, Resolve);

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != "hybrid_ffi")
            return 0;

        // Beside the program when the project is referred to; where the runtime looks for a package's assets otherwise.
        if (!NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, "libhybrid_ffi.so"), out var library))
            library = NativeLibrary.Load(name, assembly, searchPath);
        var found = NativeLibrary.TryGetExport(library, "hybrid_abi_version", out var export)
            ? ((delegate* unmanaged[Cdecl]<uint>)export)()
            : 0;
        return found == NativeMethods.ABI_VERSION
            ? library
            : throw new DllNotFoundException($"libhybrid_ffi.so has ABI version {found}, but {NativeMethods.ABI_VERSION} is needed.");
    }
}
