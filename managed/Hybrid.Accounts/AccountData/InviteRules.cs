using System.IO.Enumeration;
using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Accounts.AccountData;

/// <summary>What happens to an invitation.</summary>
public enum InviteAction
{
    Allow,

    /// <summary>It is made, and whom it is for does not see it.</summary>
    Ignore,

    /// <summary>It is refused.</summary>
    Block,
}

/// <summary>
/// From whom a user takes invitations: from nobody (specification, "Invite permission"; MSC4380), or as lists of patterns say (MSC4155), in which
/// <c>*</c> and <c>?</c> stand for any characters and any one. Immutable; one instance stands for one state of the account data.
/// </summary>
public sealed class InviteRules
{
    const int MaxPattern = 255;

    // Users before servers, and of each what allows first: the first list that knows the inviter decides.
    static readonly (string Name, bool OfServers, InviteAction Action)[] Lists =
    [
        ("allowed_users", false, InviteAction.Allow),
        ("ignored_users", false, InviteAction.Ignore),
        ("blocked_users", false, InviteAction.Block),
        ("allowed_servers", true, InviteAction.Allow),
        ("ignored_servers", true, InviteAction.Ignore),
        ("blocked_servers", true, InviteAction.Block),
    ];

    readonly InviteAction _default;
    readonly List<(string Pattern, bool OfServers, InviteAction Action)> _patterns = [];

    InviteRules(InviteAction otherwise) => _default = otherwise;

    /// <summary>Invitations come from everyone.</summary>
    public static InviteRules None { get; } = new(InviteAction.Allow);

    static InviteRules Nobody { get; } = new(InviteAction.Block);

    /// <summary>The rules of <c>m.invite_permission_config</c>; <see cref="None"/> for what it does not say.</summary>
    public static InviteRules OfPermission(ReadOnlyMemory<byte>? content)
    {
        if (content is not { } json)
            return None;

        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("default_action", out var action) && action.ValueKind == JsonValueKind.String && action.ValueEquals("block")
            ? Nobody
            : None;
    }

    /// <summary>The rules of MSC4155's lists. What has the wrong shape, or is longer than any user ID, is left out.</summary>
    public static InviteRules OfLists(ReadOnlyMemory<byte>? content)
    {
        if (content is not { } json)
            return None;

        using var document = JsonDocument.Parse(json);
        if (document.RootElement.TryGetProperty("enabled", out var enabled) && enabled.ValueKind == JsonValueKind.False)
            return None;

        var rules = new InviteRules(InviteAction.Allow);
        foreach (var (name, ofServers, action) in Lists)
        {
            if (!document.RootElement.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
                continue;
            foreach (var entry in list.EnumerateArray())
            {
                if (entry.ValueKind == JsonValueKind.String && entry.GetString() is { Length: > 0 and <= MaxPattern } pattern)
                    rules._patterns.Add((pattern, ofServers, action));
            }
        }

        return rules._patterns.Count == 0 ? None : rules;
    }

    /// <summary>What happens to an invitation from the user.</summary>
    public InviteAction For(UserId inviter)
    {
        var server = WithoutPort(inviter.Server.Value);
        foreach (var (pattern, ofServers, action) in _patterns)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, ofServers ? server : inviter.Value, ignoreCase: true))
                return action;
        }

        return _default;
    }

    // As for server ACLs: a server is its host.
    static ReadOnlySpan<char> WithoutPort(string server)
    {
        var colon = server.LastIndexOf(':');
        return colon < 0 || server[colon..].Contains(']', StringComparison.Ordinal) ? server : server.AsSpan(0, colon);
    }
}
