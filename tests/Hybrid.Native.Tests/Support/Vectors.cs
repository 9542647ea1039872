using System.Text.Json.Nodes;

namespace Hybrid.Native.Tests.Support;

/// <summary>The cases under <c>tests/vectors</c>, which the Rust tests read too.</summary>
static class Vectors
{
    public static JsonNode Read(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", name)))!;

    public static IEnumerable<JsonNode> Items(this JsonNode node, string list) => node[list]!.AsArray().Select(item => item!);

    public static string Text(this JsonNode node, string field) => (string)node[field]!;
}
