using System.Text.RegularExpressions;

namespace Hybrid.Native.Tests.Boundary;

/// <summary>The exports, as the source of <c>hybrid-ffi</c> writes them down.</summary>
static partial class RustExports
{
    public static string Source =>
        string.Concat(Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "hybrid-ffi"), "*.rs")
            .Order()
            .Select(File.ReadAllText));

    /// <summary>Every export with the C# types that its parameters must have, its result last.</summary>
    public static IReadOnlyDictionary<string, string> Signatures =>
        Export().Matches(Source).ToDictionary(
            match => match.Groups["name"].Value,
            match => string.Join(", ", Parameter().Matches(match.Groups["parameters"].Value)
                .Select(parameter => ManagedType(parameter.Groups["type"].Value.Trim()))
                .Append(match.Groups["result"].Success ? ManagedType(match.Groups["result"].Value) : "Void")));

    static string ManagedType(string rust)
    {
        foreach (var pointer in (ReadOnlySpan<string>)["*mut ", "*const "])
        {
            if (rust.StartsWith(pointer, StringComparison.Ordinal))
                return ManagedType(rust[pointer.Length..]) + "*";
        }

        return rust switch
        {
            "u8" => "Byte",
            "u16" => "UInt16",
            "i32" => "Int32",
            "u32" => "UInt32",
            "i64" => "Int64",
            "u64" => "UInt64",
            "f64" => "Double",
            "bool" => "Boolean",
            "usize" => "UIntPtr",
            _ when typeof(NativeMethods).Assembly.GetType("Hybrid.Native.Opaque" + rust) is { } opaque => opaque.Name,
            _ => rust,
        };
    }

    [GeneratedRegex("""#\[no_mangle\]\s+pub unsafe extern "C" fn (?<name>\w+)\((?<parameters>[^)]*)\)( -> (?<result>\w+))? \{""")]
    private static partial Regex Export();

    [GeneratedRegex("""\w+:\s*(?<type>[^,]+)""")]
    private static partial Regex Parameter();
}
