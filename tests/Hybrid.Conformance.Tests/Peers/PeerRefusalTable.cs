using System.Text.Json.Nodes;

namespace Hybrid.Conformance.Tests.Peers;

/// <summary>
/// <c>server-refusals.json</c>: for each operation and situation the status, and the errcode where it is an error. What its <c>every signed operation</c>
/// says holds for all that want an <c>X-Matrix</c> header; <c>done without</c> names
/// fields that the specification requires, and no server needs, by the names and places that lead to them. Expectations come from the specification, and from what Synapse does where it is silent.
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
    public bool DoesWithout(string operation, string field) => FieldsDoneWithout(operation).Contains(field);

    /// <summary>A copy of a request or an answer with the fields that the operation does without, so that what else is wrong with it comes out.</summary>
    public JsonNode? Completed(string operation, JsonNode? body)
    {
        var completed = body?.DeepClone();
        foreach (var names in FieldsDoneWithout(operation).Select(static field => field.Split('.')))
        {
            var at = completed;
            foreach (var name in names.SkipLast(1))
                at = at is JsonArray list && int.TryParse(name, out var index) ? list.ElementAtOrDefault(index) : (at as JsonObject)?[name];
            if (at is JsonObject holder)
                holder.TryAdd(names[^1], "");
        }

        return completed;
    }

    IEnumerable<string> FieldsDoneWithout(string operation) => (_table[DoneWithout]![operation] as JsonArray ?? []).Select(static field => (string)field!);

    /// <summary>What an operation answers in situations.</summary>
    public IEnumerable<(string Situation, string Expected)> Of(string operation) =>
        (_table[operation] as JsonObject ?? []).Select(static entry => (entry.Key, (string)entry.Value!));
}
