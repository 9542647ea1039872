using System.Text.Json.Nodes;

namespace Hybrid.Conformance.Tests.Peers;

/// <summary>
/// <c>server-refusals.json</c>: for each operation and situation the status, and the errcode where it is an error. What its <c>every signed operation</c>
/// says holds for all that want an <c>X-Matrix</c> header; <c>done without</c> names fields that the specification requires, and no server needs. Expectations come from the specification, and from what Synapse does where it is silent.
/// </summary>
sealed class PeerRefusalTable
{
    const string Signed = "every signed operation";
    const string DoneWithout = "done without";

    readonly JsonObject _table;

    PeerRefusalTable(JsonObject table) => _table = table;

    public IEnumerable<string> Operations => _table.Select(static entry => entry.Key).Where(static name => name is not (Signed or DoneWithout));

    public static PeerRefusalTable Load()
    {
        using var stream = typeof(PeerRefusalTable).Assembly.GetManifestResourceStream("server-refusals.json")!;
        return new PeerRefusalTable(JsonNode.Parse(stream)!.AsObject());
    }

    /// <summary>What is answered to a signature that is not good.</summary>
    public string Of(PeerSignature signature) => (string)_table[Signed]![signature.ToString()]!;

    /// <summary>Whether an operation does without a field of its body.</summary>
    public bool DoesWithout(string operation, string field) => _table[DoneWithout]![operation] is JsonArray fields && fields.Any(name => (string?)name == field);

    /// <summary>What an operation answers in situations.</summary>
    public IEnumerable<(string Situation, string Expected)> Of(string operation) =>
        (_table[operation] as JsonObject ?? []).Select(static entry => (entry.Key, (string)entry.Value!));
}
