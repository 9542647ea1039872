using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Hybrid.Native.Tests.Boundary;

/// <summary>
/// The source of the exports, the library that was built from it, and what was generated from it. When one of these fails: run
/// <c>native/build.sh</c>, then <c>bindings/generator/generate.sh</c>; a new status goes into <c>NativeStatus</c> by hand.
/// </summary>
public partial class AgreementTests
{
    /// <summary>The declarations of both bindings: Olm has its own in Vodozemac.NET, which stands alone.</summary>
    static Dictionary<string, string> Generated =>
        new[] { typeof(NativeMethods), typeof(Vodozemac.NativeMethods) }
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic))
            .Where(method => method.GetCustomAttribute<DllImportAttribute>() is not null)
            .Select(method => (
                Name: method.GetCustomAttribute<DllImportAttribute>()!.EntryPoint!,
                Signature: string.Join(", ", method.GetParameters()
                    .Select(parameter => parameter.ParameterType.Name)
                    .Append(method.ReturnType.Name))))
            .Distinct()
            .ToDictionary(export => export.Name, export => export.Signature);

    [Fact]
    public void The_library_exports_what_the_source_says() =>
        Assert.Equal(
            RustExports.Signatures.Keys.Order(),
            ElfSymbols.Functions(Path.Combine(AppContext.BaseDirectory, "libhybrid_ffi.so"))
                .Where(name => name.StartsWith("hybrid_", StringComparison.Ordinal)).Order());

    [Fact]
    public void The_generated_methods_take_what_the_source_says()
    {
        Assert.True(RustExports.Signatures.Count > 15, "The source was not understood.");
        Assert.Equal(RustExports.Signatures.OrderBy(pair => pair.Key), Generated.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void Every_status_has_one_name_and_one_number()
    {
        var source = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "hybrid-ffi", "status.rs"));
        var native = Variant().Matches(source)
            .Select(match => $"{match.Groups["name"].Value} = {match.Groups["number"].Value}")
            .ToList();
        Assert.Contains("Panic = 3", native);
        Assert.Equal(native, Enum.GetValues<Status>().Select(status => $"{status} = {(int)status}"));
        Assert.Equal(native, Enum.GetValues<NativeStatus>().Select(status => $"{status} = {(int)status}"));
        Assert.Equal(native, Enum.GetValues<Vodozemac.Status>().Select(status => $"{status} = {(int)status}"));
    }

    [GeneratedRegex("""^\s+(?<name>[A-Z]\w+) = (?<number>\d+),""", RegexOptions.Multiline)]
    private static partial Regex Variant();
}
