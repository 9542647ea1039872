using System.Text.RegularExpressions;
using Hybrid.Primitives;

namespace Hybrid.AppServices.Registrations;

/// <summary>An application service as its registration describes it (specification, application service API, "Registration").</summary>
/// <param name="Id">Names it; unique on the server.</param>
/// <param name="Sender">The user that it is when it says nothing else.</param>
/// <param name="AppServiceToken">With which it authenticates here; unique on the server.</param>
/// <param name="HomeserverToken">With which this server authenticates there.</param>
public sealed record AppServiceRegistration(string Id, UserId Sender, string AppServiceToken, string HomeserverToken)
{
    /// <summary>Where it is reached; null when it wants no requests.</summary>
    public Uri? Url { get; init; }

    public IReadOnlyList<Namespace> Users { get; init; } = [];

    public IReadOnlyList<Namespace> Aliases { get; init; } = [];

    public IReadOnlyList<Namespace> Rooms { get; init; } = [];

    /// <summary>Networks that it bridges to, such as <c>irc</c>.</summary>
    public IReadOnlyList<string> Protocols { get; init; } = [];

    /// <summary>Whether its users, the sender excluded, are slowed down when they ask too much.</summary>
    public bool IsRateLimited { get; init; } = true;

    /// <summary>Whether it wants to hear of typing, receipts and presence.</summary>
    public bool ReceivesEphemeral { get; init; }

    /// <summary>Whether the service may act as this user, who must be this server's.</summary>
    public bool Controls(UserId userId) =>
        userId == Sender || (userId.Server == Sender.Server && Users.Any(users => users.Contains(userId.Value)));

    /// <summary>Whether the service may name rooms so.</summary>
    public bool Controls(RoomAlias alias) => alias.Server == Sender.Server && Aliases.Any(aliases => aliases.Contains(alias.Value));
}

/// <summary>Identifiers that an application service is interested in.</summary>
/// <param name="IsExclusive">Whether nobody else may make any of them.</param>
/// <param name="Pattern">Matches from the beginning of an identifier.</param>
public sealed record Namespace(bool IsExclusive, Regex Pattern)
{
    /// <summary>Whether the identifier is in the namespace; not when that takes too long to find out.</summary>
    public bool Contains(string identifier)
    {
        try
        {
            return Pattern.IsMatch(identifier);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
