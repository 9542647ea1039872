using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Keys;

/// <summary>
/// The <c>failures</c> of key requests: the other servers that were asked for keys. This server does not federate, so none
/// of them can be reached, and clients are told so rather than that their users have no keys.
/// </summary>
static class RemoteKeyFailures
{
    public static void Write(Utf8JsonWriter writer, UserId asker, IEnumerable<UserId> asked)
    {
        writer.WriteStartObject("failures"u8);
        var here = asker.Server;
        foreach (var server in asked.Select(static user => user.Server).Where(server => server != here).Distinct())
        {
            writer.WriteStartObject(server.ToString());
            writer.WriteNumber("status"u8, 503);
            writer.WriteString("errcode"u8, "M_UNKNOWN"u8);
            writer.WriteString("error"u8, "This server does not talk to other servers."u8);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
