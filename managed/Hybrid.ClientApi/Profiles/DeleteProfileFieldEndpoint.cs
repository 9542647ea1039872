using Hybrid.Accounts.Profiles;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Profiles;

/// <summary><c>DELETE /_matrix/client/v3/profile/{userId}/{keyName}</c></summary>
sealed class DeleteProfileFieldEndpoint(UserProfiles profiles) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("DELETE", ProfileFieldRoutes.Stable, Access.UserOrGuest, RateClass.General) { WhileSuspended = false },
        new("DELETE", ProfileFieldRoutes.Unstable, Access.UserOrGuest, RateClass.General) { WhileSuspended = false },
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var userId = request.Path<UserId>("userId");
        var name = request.Path("keyName");
        if (ProfileOwnership.Check(request.Caller, userId, name) is { } refused)
            return refused;

        var error = (await profiles.RemoveAsync(userId, name, cancellationToken)).Error;
        return error is null ? Reply.Empty : error;
    }
}
