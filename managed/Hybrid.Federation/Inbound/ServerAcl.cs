using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Inbound;

/// <summary>Which servers a room lets take part (specification, <c>m.room.server_acl</c>).</summary>
public sealed class ServerAcl
{
    const int MaxVerdicts = 10_000;

    // A list is read once for as long as it is the room's.
    static readonly ConditionalWeakTable<StoredEvent, ServerAcl> Lists = [];

    readonly ConcurrentDictionary<ServerName, bool> _verdicts = [];
    readonly List<string> _allow;
    readonly List<string> _deny;
    readonly bool _allowIpLiterals;

    ServerAcl(JsonElement content)
    {
        _allow = Globs(content, "allow");
        _deny = Globs(content, "deny");
        _allowIpLiterals = !content.TryGetProperty("allow_ip_literals", out var flag) || flag.ValueKind != JsonValueKind.False;
    }

    /// <summary>Whether the server may take part in the room. A room without a list lets everyone; one whose list allows nobody lets nobody.</summary>
    public static bool Allows(RoomSnapshot room, ServerName server) =>
        room.Find("m.room.server_acl") is not { } list || Lists.GetValue(list, static stored => Read(stored)).Allows(server);

    static ServerAcl Read(StoredEvent stored)
    {
        using var content = JsonDocument.Parse(stored.Content());
        return new ServerAcl(content.RootElement);
    }

    bool Allows(ServerName server)
    {
        if (_verdicts.TryGetValue(server, out var known))
            return known;

        var host = HostOf(server.Value);
        var allowed = (_allowIpLiterals || !IPAddress.TryParse(host.Trim('[', ']'), out _))
            && !_deny.Exists(glob => Matches(glob, host)) && _allow.Exists(glob => Matches(glob, host));
        if (_verdicts.Count < MaxVerdicts)
            _verdicts[server] = allowed;
        return allowed;
    }

    static List<string> Globs(JsonElement content, string name)
    {
        var globs = new List<string>();
        if (content.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var entry in list.EnumerateArray())
            {
                if (entry.ValueKind == JsonValueKind.String)
                    globs.Add(entry.GetString()!);
            }
        }

        return globs;
    }

    // The matcher takes a backslash as an escape, and no server name has one.
    static bool Matches(string glob, string host) =>
        !glob.Contains('\\', StringComparison.Ordinal) && FileSystemName.MatchesSimpleExpression(glob, host, ignoreCase: true);

    static string HostOf(string server)
    {
        var colon = server.LastIndexOf(':');
        return colon >= 0 && !server[colon..].Contains(']', StringComparison.Ordinal) ? server[..colon] : server;
    }
}
