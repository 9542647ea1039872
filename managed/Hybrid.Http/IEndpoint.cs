using Hybrid.Primitives;

namespace Hybrid.Http;

/// <summary>Who may call an endpoint.</summary>
public enum Access
{
    /// <summary>Anyone; a token is not looked at.</summary>
    Anyone,

    /// <summary>Anyone; a token that is present must be valid.</summary>
    OptionalUser,

    /// <summary>A logged-in user who is no guest.</summary>
    User,

    /// <summary>A logged-in user or guest.</summary>
    UserOrGuest,

    /// <summary>A server administrator.</summary>
    Administrator,

    /// <summary>
    /// Another server, which signs its requests (server-server API, "Request Authentication"): <see cref="ApiRequest.Origin"/>. Its
    /// routes bound their bodies, as the signature covers the whole of one.
    /// </summary>
    Server,
}

/// <summary>Which budget of requests an endpoint draws on.</summary>
public enum RateClass
{
    None,

    /// <summary>Sends into rooms, per user.</summary>
    Message,

    /// <summary>Logins and password checks, per address and account.</summary>
    Login,

    /// <summary>New accounts, per address.</summary>
    Registration,

    /// <summary>Joins, invitations and new rooms, per user.</summary>
    Membership,

    /// <summary>Downloads and thumbnails: a room that is opened asks for many at once, per user.</summary>
    Media,

    /// <summary>Everything else that the specification marks as rate-limited, per user.</summary>
    General,

    /// <summary>What other servers ask, per server.</summary>
    Federation,
}

/// <summary>Method, path template and terms of one endpoint. Parameters stand in braces and fill one whole path segment.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, such as <c>/_matrix/client/v3/rooms/{roomId}/typing/{userId}</c>; <c>r0</c> and <c>v1</c> aliases of <c>v3</c> need no route.</param>
/// <param name="Access">Who may call it.</param>
/// <param name="Rate">Its request budget.</param>
public sealed record EndpointRoute(string Method, string Path, Access Access, RateClass Rate = RateClass.None)
{
    /// <summary>The largest request body in bytes; null when the endpoint reads the body as a stream and bounds it itself.</summary>
    public int? MaxBodyBytes { get; init; } = 1024 * 1024;

    /// <summary>Whether locked accounts may call it.</summary>
    public bool WhileLocked { get; init; }

    /// <summary>Whether suspended accounts may call it; an endpoint may still refuse them something.</summary>
    public bool WhileSuspended { get; init; } = true;
}

/// <summary>One operation of an HTTP API: its route and what it does, in one file. Made once, called concurrently.</summary>
public interface IEndpoint
{
    /// <summary>Every path that leads here, the current one first.</summary>
    static abstract IReadOnlyList<EndpointRoute> Routes { get; }

    ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken);
}
