using System.Xml.Linq;

namespace Hybrid.Architecture.Tests;

/// <summary>A csproj of the repository.</summary>
/// <param name="Folder">The top-level folder that it lies in, <c>managed</c> or <c>bindings</c>.</param>
/// <param name="Name">Its name without the extension.</param>
/// <param name="References">The projects that it refers to, each with its top-level folder.</param>
/// <param name="AllowsUnsafe">Whether its code may be unsafe.</param>
sealed record ProjectFile(string Folder, string Name, IReadOnlyList<(string Folder, string Name)> References, bool AllowsUnsafe)
{
    static readonly string Repository = Path.Combine(AppContext.BaseDirectory, "repository");

    public static string ArchitectureDocument => File.ReadAllText(Path.Combine(Repository, "docs", "architecture.md"));

    /// <summary>The projects of <c>managed/</c>.</summary>
    public static IReadOnlyList<ProjectFile> Managed { get; } = All("managed");

    /// <summary>The projects of <c>bindings/</c>.</summary>
    public static IReadOnlyList<ProjectFile> Bindings { get; } = All("bindings");

    static List<ProjectFile> All(string folder) =>
    [
        .. Directory.GetFiles(Path.Combine(Repository, folder), "*.csproj", SearchOption.AllDirectories)
            .Select(path => Parse(folder, path))
            .OrderBy(project => project.Name, StringComparer.Ordinal),
    ];

    static ProjectFile Parse(string folder, string path)
    {
        var project = XDocument.Load(path);
        return new ProjectFile(
            folder,
            Path.GetFileNameWithoutExtension(path),
            [.. project.Descendants("ProjectReference").Select(reference => Resolve(folder, (string)reference.Attribute("Include")!))],
            project.Descendants("AllowUnsafeBlocks").Any(allow => allow.Value.Trim() == "true"));
    }

    // A path from the folder of a project: "../Name/Name.csproj" or "../../folder/Name/Name.csproj".
    static (string Folder, string Name) Resolve(string folder, string include)
    {
        var parts = include.Replace('\\', '/').Split('/');
        return (parts is ["..", "..", var other, ..] ? other : folder, Path.GetFileNameWithoutExtension(parts[^1]));
    }
}
