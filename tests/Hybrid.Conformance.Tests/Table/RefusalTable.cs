using System.Text.Json.Nodes;

namespace Hybrid.Conformance.Tests.Table;

/// <summary>What an operation is to answer when what it is asked about is not there, not the caller's, or nonsense.</summary>
/// <param name="Subject">What is wrong.</param>
/// <param name="Situation">How it is wrong: one of <see cref="Subjects.Situations"/>.</param>
/// <param name="Expected">The status, and the errcode where it is an error: <c>403 M_FORBIDDEN</c>.</param>
public sealed record Refusal(Subject Subject, string Situation, string Expected);

/// <summary>
/// The expectations of <c>refusals.json</c>: for each operation and subject one answer for all situations, or one for each of them in the order
/// of <see cref="Subjects.Situations"/>. They come from the specification, and from what Synapse does where it is silent.
/// </summary>
public sealed class RefusalTable
{
    readonly Dictionary<string, IReadOnlyList<Refusal>> _refusals;

    RefusalTable(Dictionary<string, IReadOnlyList<Refusal>> refusals) => _refusals = refusals;

    public IReadOnlyCollection<string> Operations => _refusals.Keys;

    public IReadOnlyList<Refusal> Of(string operation) => _refusals.GetValueOrDefault(operation) ?? [];

    public static RefusalTable Load()
    {
        using var stream = typeof(RefusalTable).Assembly.GetManifestResourceStream("refusals.json")!;
        return Read(JsonNode.Parse(stream)!.AsObject());
    }

    public static RefusalTable Read(JsonObject table) => new(table.ToDictionary(
        static entry => entry.Key,
        static entry => (IReadOnlyList<Refusal>)[.. entry.Value!.AsObject().SelectMany(static subject => Read(entrySubject: subject.Key, subject.Value!))],
        StringComparer.Ordinal));

    static IEnumerable<Refusal> Read(string entrySubject, JsonNode expected)
    {
        var subject = Enum.Parse<Subject>(entrySubject, ignoreCase: true);
        var situations = Subjects.Situations(subject);
        if (expected is not JsonArray list)
            return situations.Select(situation => new Refusal(subject, situation, (string)expected!));

        return list.Count == situations.Count
            ? situations.Zip(list, (situation, one) => new Refusal(subject, situation, (string)one!))
            : throw new InvalidDataException($"{list.Count} answers for the {situations.Count} situations of {entrySubject}.");
    }
}
