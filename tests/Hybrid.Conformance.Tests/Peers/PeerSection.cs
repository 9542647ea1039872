using System.Globalization;
using System.Text;
using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Peers;

/// <summary>The part of docs/conformance.md about the server-server API.</summary>
static class PeerSection
{
    // The situations of each column.
    static readonly (string Name, Func<string, bool> Holds)[] Columns =
    [
        ("unknown room", static situation => situation == "unknown room"),
        (PeerSituations.NotIn, static situation => situation == PeerSituations.NotIn),
        ("left it", static situation => situation == PeerSituations.Left),
        ("denied by it", static situation => situation == PeerSituations.Denied),
        ("not there", static situation => situation.StartsWith("unknown ", StringComparison.Ordinal) && situation != "unknown room"),
        ("another's", static situation => situation.StartsWith("another ", StringComparison.Ordinal)),
        ("nonsense", static situation => situation.StartsWith("malformed ", StringComparison.Ordinal)),
    ];

    public static string Render(PeerRun run)
    {
        var page = new StringBuilder(Head(run));
        foreach (var verdict in run.Verdicts)
        {
            var operation = verdict.Operation;
            var since = operation.Added is { } added ? $" ({added})" : "";
            var cells = string.Join(" | ", Columns.Select(column => Cell(run, verdict, column.Holds)));
            page.Append(CultureInfo.InvariantCulture, $"| `{operation.Method} {operation.Path}` {operation.Id}{since} | {verdict.Checks} | {cells} | {(verdict.Problem is { } problem ? "**red**: " + problem : "green")} |\n");
        }

        return page.ToString();
    }

    static string Head(PeerRun run)
    {
        var green = run.Verdicts.Count(static verdict => verdict.IsGreen);
        return $"""

            ## Server-server API

            Every operation between servers, asked of one running server in the name of another, over TLS, with signatures that it checks: valid requests and
            their answers against the specification's schemas, and what is in the answers opened as events of the room; bodies that are cut off, of the wrong
            shape, or lack what is required; queries that lack a parameter. Where a request is to be signed, `401 M_UNAUTHORIZED` is checked for one without
            `X-Matrix`, one that is meant for another server, one with a wrong signature, and ones in the name of a server that does not answer, or of the
            asked server itself. **{green} of {run.Verdicts.Count}** operations are green.

            The middle columns are the statuses, also checked, where a request names a room that is not there, one that no user of the asking server was ever
            in, one that all of them have left, one whose `m.room.server_acl` denies the server, something else that is not there, something of another
            server or another event, and nonsense. The errcodes are in the [table](../tests/Hybrid.Conformance.Tests/Table/server-refusals.json). It also
            names the fields that the specification requires and this server does without: `origin` in member events above all, which no event format has
            and Synapse does not send either.

            | operation | checks | {string.Join(" | ", Columns.Select(static column => column.Name))} | verdict |
            |---|---:|{string.Concat(Columns.Select(static _ => "---|"))}---|

            """;
    }

    static string Cell(PeerRun run, OperationVerdict verdict, Func<string, bool> holds) => string.Join(
        "/", run.Refusals.Of(verdict.Operation.Id).Where(refusal => holds(refusal.Situation)).Select(static refusal => refusal.Expected[..3]).Distinct().Order());
}
