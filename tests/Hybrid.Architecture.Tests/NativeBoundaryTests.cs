using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Hybrid.Architecture.Tests;

/// <summary>Native calls and unsafe code have one home, <c>bindings/</c>: seen in the assemblies, whatever the source looks like.</summary>
public class NativeBoundaryTests
{
    public static TheoryData<string> ManagedProjects => [.. ProjectFile.Managed.Select(project => project.Name)];

    [Theory]
    [MemberData(nameof(ManagedProjects))]
    public void No_managed_assembly_calls_native_code_or_is_unsafe(string project)
    {
        using var assembly = OpenAssembly(project == "Hybrid.Server" ? "hybrid" : project);
        var metadata = assembly.GetMetadataReader();

        Assert.Empty(NativeMethods(metadata));
        Assert.False(IsUnsafe(metadata), $"{project} is compiled with AllowUnsafeBlocks.");
    }

    [Fact]
    public void Unsafe_code_is_allowed_in_bindings_alone() =>
        Assert.Empty(ProjectFile.Managed.Where(project => project.AllowsUnsafe).Select(project => project.Name));

    [Fact]
    public void Native_calls_and_unsafe_code_are_seen_where_they_are()
    {
        using var assembly = OpenAssembly("Hybrid.Native");
        var metadata = assembly.GetMetadataReader();

        Assert.Contains("hybrid_noop", NativeMethods(metadata));
        Assert.True(IsUnsafe(metadata));
    }

    static PEReader OpenAssembly(string name) => new(File.OpenRead(Path.Combine(AppContext.BaseDirectory, name + ".dll")));

    // Both DllImport and LibraryImport end up as such a method.
    static IReadOnlyList<string> NativeMethods(MetadataReader metadata) =>
    [
        .. metadata.MethodDefinitions
            .Select(metadata.GetMethodDefinition)
            .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
            .Select(method => metadata.GetString(method.Name)),
    ];

    // The compiler marks a module whose code may be unsafe as unverifiable.
    static bool IsUnsafe(MetadataReader metadata) =>
        metadata.GetCustomAttributes(EntityHandle.ModuleDefinition)
            .Select(metadata.GetCustomAttribute)
            .Select(attribute => attribute.Constructor)
            .Where(constructor => constructor.Kind == HandleKind.MemberReference)
            .Select(constructor => metadata.GetMemberReference((MemberReferenceHandle)constructor).Parent)
            .Where(type => type.Kind == HandleKind.TypeReference)
            .Any(type => metadata.StringComparer.Equals(
                metadata.GetTypeReference((TypeReferenceHandle)type).Name, "UnverifiableCodeAttribute"));
}
