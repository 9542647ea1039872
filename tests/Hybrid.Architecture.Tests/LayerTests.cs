namespace Hybrid.Architecture.Tests;

/// <summary>
/// What docs/architecture.md says of layers, against the project files. When one of these fails, a project has a reference that it
/// must not have (declare an interface in the lower layer and plug it in from Hybrid.Server), or the table needs a new row.
/// </summary>
public class LayerTests
{
    static readonly IReadOnlyDictionary<string, int> Layers = LayerTable.Read(ProjectFile.ArchitectureDocument);

    [Fact]
    public void The_table_names_every_managed_project_and_no_other() =>
        Assert.Equal(ProjectFile.Managed.Select(project => project.Name), Layers.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void A_project_refers_only_to_lower_layers()
    {
        Assert.Empty(Offenses(ProjectFile.Managed, Layers));
        Assert.Contains(ProjectFile.Managed, project => project.References.Any(reference => reference.Folder == "managed"));
    }

    [Fact]
    public void Managed_projects_refer_to_managed_projects_and_bindings_only() =>
        Assert.Empty(ProjectFile.Managed.SelectMany(project => project.References
            .Where(reference => reference.Folder is not ("managed" or "bindings"))
            .Select(reference => $"{project.Name} refers to {reference.Folder}/{reference.Name}")));

    [Fact]
    public void Bindings_stand_alone() =>
        Assert.Empty(ProjectFile.Bindings.Where(project => project.References.Count > 0).Select(project => project.Name));

    [Fact]
    public void A_reference_to_a_sibling_or_upwards_is_an_offense()
    {
        var layers = LayerTable.Read(
            """
            | 9 | `Hybrid.Elsewhere` |
            ## Layers of `managed/`

            | layer | projects |
            |---|---|
            | 0 | `Hybrid.Below` (words) |
            | 1 | `Hybrid.One.Part`, `Hybrid.Two` |

            ## Next
            | 5 | `Hybrid.Later` |
            """);
        ProjectFile below = new("managed", "Hybrid.Below", [("managed", "Hybrid.Two")], false);
        ProjectFile one = new("managed", "Hybrid.One.Part", [("managed", "Hybrid.Two"), ("managed", "Hybrid.Below")], false);

        Assert.Equal(
            [("Hybrid.Below", 0), ("Hybrid.One.Part", 1), ("Hybrid.Two", 1)],
            layers.Select(layer => (layer.Key, layer.Value)).Order());
        Assert.Equal(
            ["Hybrid.Below (layer 0) refers to Hybrid.Two (layer 1)", "Hybrid.One.Part (layer 1) refers to Hybrid.Two (layer 1)"],
            Offenses([below, one], layers));
    }

    static IEnumerable<string> Offenses(IEnumerable<ProjectFile> projects, IReadOnlyDictionary<string, int> layers) =>
        from project in projects
        from reference in project.References
        where reference.Folder == "managed" && layers[reference.Name] >= layers[project.Name]
        select $"{project.Name} (layer {layers[project.Name]}) refers to {reference.Name} (layer {layers[reference.Name]})";
}
