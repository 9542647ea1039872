using System.Text.Json;
using Hybrid.Accounts.Keys;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Keys;

/// <summary>Names servers that did not give keys: <c>failures</c> of <c>keys/query</c> and <c>keys/claim</c>.</summary>
static class RemoteKeyFailures
{
    static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);
    static readonly TimeSpan MaxTimeout = TimeSpan.FromSeconds(60);

    /// <summary>How long a client wants to wait for other servers.</summary>
    /// <param name="timeout">What it says, in milliseconds.</param>
    public static TimeSpan Timeout(long? timeout) =>
        timeout is { } milliseconds ? TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, (long)MaxTimeout.TotalMilliseconds)) : DefaultTimeout;

    /// <summary>Every server but this one fails when nothing reaches them.</summary>
    public static IReadOnlyList<RemoteKeyFailure> OfAll(UserId asker, IEnumerable<UserId> asked)
    {
        var here = asker.Server;
        return
        [
            .. asked.Select(static user => user.Server).Where(server => server != here).Distinct()
                .Select(static server => new RemoteKeyFailure(server, 503, "M_UNKNOWN", "This server does not talk to other servers.")),
        ];
    }

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<RemoteKeyFailure> failures)
    {
        writer.WriteStartObject("failures"u8);
        foreach (var failure in failures)
        {
            writer.WriteStartObject(failure.Server.Value);
            writer.WriteNumber("status"u8, failure.Status);
            writer.WriteString("errcode"u8, failure.Code);
            writer.WriteString("error"u8, failure.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
