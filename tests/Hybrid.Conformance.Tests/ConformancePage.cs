using System.Globalization;
using System.Text;
using Hybrid.Conformance.Tests.Peers;
using Hybrid.Conformance.Tests.Running;
using Hybrid.Conformance.Tests.Table;

namespace Hybrid.Conformance.Tests;

/// <summary>docs/conformance.md: a short head and the run's own table.</summary>
static class ConformancePage
{
    /// <summary>The page in this checkout; null: there is no checkout around the tests.</summary>
    public static string? File { get; } = Find(AppContext.BaseDirectory);

    public static string Render(ConformanceRun run, PeerRun peers)
    {
        var page = new StringBuilder(Head(run));
        foreach (var chapter in run.Verdicts.GroupBy(static verdict => verdict.Operation.Chapter))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {chapter.Key}\n\n| operation | checks | {string.Join(" | ", Columns.Select(static column => column.Name))} | verdict |\n|---|---:|{string.Concat(Columns.Select(static _ => "---|"))}---|\n");
            foreach (var verdict in chapter)
            {
                var operation = verdict.Operation;
                var since = operation.Added is { } added ? $" ({added})" : "";
                var deprecated = operation.IsDeprecated ? ", deprecated" : "";
                page.Append(CultureInfo.InvariantCulture, $"| `{operation.Method} {operation.Path}` {operation.Id}{since}{deprecated} | {verdict.Checks} | {string.Join(" | ", Columns.Select(column => Cell(run.Refusals.Of(operation.Id), column)))} | {(verdict.Problem is { } problem ? "**red**: " + problem : "green")} |\n");
            }
        }

        page.Append(PeerSection.Render(peers));
        return page.ToString();
    }

    static string Head(ConformanceRun run)
    {
        var green = run.Verdicts.Count(static verdict => verdict.IsGreen);
        var versions = Versions.Green(run);
        return $"""
            # Conformance

            Every operation of the client-server API of Matrix {run.Table.Specification}, asked of a running server by `tests/Hybrid.Conformance.Tests`: valid
            requests and their answers against the specification's schemas, the same under the older names
            that released clients use, preflight requests, no token and a wrong one, a limit to how often where there is to be one,
            bodies that are cut off, of the wrong shape, or lack what is required, queries that lack a parameter. **{green} of {run.Verdicts.Count}** operations
            are green. A red one says what was wrong first; what is "not there" answers `M_UNRECOGNIZED`. That server has what operators may leave
            out: mail, an SMS gateway, an identity provider, TURN and an application service.

            The middle columns are the statuses, also checked, where a request names what is another user's, a room that is not there, one whose caller
            was never in it, has left it or is banned from it, something else that is not there, and nonsense. Where there is no error, there is nothing
            to protect, and the run sees to it that the answer has nothing of what the caller may not read. The errcodes are in the
            [table](../tests/Hybrid.Conformance.Tests/Table/refusals.json); a test fails when an operation names something for which it has none.

            `/versions` advertises {run.Advertised[0]} to {run.Advertised[^1]}. What the versions added, as far as operations go, is all green up to {(versions.Count > 0 ? versions[^1] : "none")};
            a test fails when the server advertises more. `./build.sh --target=Conformance` runs it and writes this page, and a test
            fails while the page and the run differ. The [server-server API](#server-server-api) is at the end.

            """;
    }

    // The situations of each column.
    static readonly (string Name, Func<Refusal, bool> Holds)[] Columns =
    [
        ("another's", static refusal => refusal.Subject == Subject.Caller || refusal.Situation == "another's"),
        ("unknown room", static refusal => refusal is { Subject: Subject.Room, Situation: "unknown" }),
        ("never in", static refusal => refusal is { Subject: Subject.Room, Situation: "hidden" }),
        ("left", static refusal => refusal is { Subject: Subject.Room, Situation: "left" }),
        ("banned", static refusal => refusal is { Subject: Subject.Room, Situation: "banned" }),
        ("not there", static refusal => (refusal.Subject != Subject.Room && refusal.Situation is ("unknown" or "elsewhere")) || refusal is { Subject: Subject.Event, Situation: "hidden" }),
        ("nonsense", static refusal => refusal.Situation is "malformed" or "too long"),
    ];

    static string Cell(IReadOnlyList<Refusal> refusals, (string Name, Func<Refusal, bool> Holds) column) =>
        string.Join("/", refusals.Where(column.Holds).Select(static refusal => refusal.Expected[..3]).Distinct().Order());

    static string? Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(at.FullName, "Hybrid.sln")))
                return Path.Combine(at.FullName, "docs", "conformance.md");
        }

        return null;
    }
}
