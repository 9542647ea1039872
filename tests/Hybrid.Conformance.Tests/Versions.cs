using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests;

/// <summary>Which versions of the specification a run allows a server to advertise.</summary>
static class Versions
{
    // What an operator may leave out, and what a server without application services has no use for, decides about no version.
    static readonly HashSet<string> Optional = new(StringComparer.Ordinal)
    {
        "getUrlPreviewAuthed", "pingAppservice", "redirectToSSO", "redirectToIdP", "getWellknownPolicy",
    };

    /// <summary>The versions from v1.1 on of which every operation that they added is green.</summary>
    public static IReadOnlyList<string> Green(ConformanceRun run)
    {
        var red = run.Verdicts.Where(static verdict => !verdict.IsGreen && !Optional.Contains(verdict.Operation.Id)).Select(static verdict => verdict.Operation.Added).ToHashSet();
        var newest = int.Parse(run.Table.Specification.AsSpan(run.Table.Specification.IndexOf('.', StringComparison.Ordinal) + 1), System.Globalization.CultureInfo.InvariantCulture);
        return [.. Enumerable.Range(1, newest).Select(static minor => $"v1.{minor}").TakeWhile(version => !red.Contains(version))];
    }
}
