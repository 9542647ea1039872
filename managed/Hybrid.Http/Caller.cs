using Hybrid.Primitives;

namespace Hybrid.Http;

/// <summary>Who makes a request, as its access token says.</summary>
/// <param name="UserId">The account.</param>
/// <param name="DeviceId">The device of the session; null for an application service acting without one.</param>
/// <param name="IsGuest">A guest account.</param>
/// <param name="IsAdmin">May use the admin API.</param>
/// <param name="SessionId">The session's own number in the store, so that it can be told from the account's others.</param>
public sealed record Caller(UserId UserId, DeviceId? DeviceId, bool IsGuest, bool IsAdmin, long SessionId)
{
    /// <summary>May log out, and nothing else.</summary>
    public bool IsLocked { get; init; }

    /// <summary>May not do what routes without <see cref="EndpointRoute.WhileSuspended"/> do.</summary>
    public bool IsSuspended { get; init; }

    /// <summary>The application service that acts as the user; null when no one does.</summary>
    public string? AppServiceId { get; init; }

    /// <summary>Draws on no budget of requests.</summary>
    public bool IsUnlimited { get; init; }

    /// <summary>The device; <c>M_FORBIDDEN</c> for callers that have none.</summary>
    public DeviceId RequiredDevice => DeviceId ?? throw new MatrixException(MatrixError.Forbidden("This needs a device, and the session has none."));
}

/// <summary>Turns an access token into a caller.</summary>
public interface ICallerAuthenticator
{
    /// <summary>The caller, or <c>M_UNKNOWN_TOKEN</c> and the like.</summary>
    ValueTask<Result<Caller>> AuthenticateAsync(string accessToken, CancellationToken cancellationToken);
}
