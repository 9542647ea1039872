using System.Text.Json;
using Hybrid.Accounts.Profiles;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Profiles;

/// <summary><c>PUT /_matrix/client/v3/profile/{userId}/{keyName}</c></summary>
sealed class SetProfileFieldEndpoint(UserProfiles profiles) : IEndpoint
{
    // More than a profile may have, so that one that is too large gets the errcode for it.
    const int MaxBodyBytes = 4 * UserProfiles.MaxProfileBytes;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("PUT", ProfileFieldRoutes.Stable, Access.UserOrGuest, RateClass.General) { WhileSuspended = false, MaxBodyBytes = MaxBodyBytes },
        new("PUT", ProfileFieldRoutes.Unstable, Access.UserOrGuest, RateClass.General) { WhileSuspended = false, MaxBodyBytes = MaxBodyBytes },
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var userId = request.Path<UserId>("userId");
        var name = request.Path("keyName");
        if (ProfileOwnership.Check(request.Caller, userId, name) is { } refused)
            return refused;
        if (UserProfiles.CheckName(name) is { } unfit)
            return unfit;

        using var document = JsonDocument.Parse(await request.ReadObjectAsync(cancellationToken), new JsonDocumentOptions { MaxDepth = 100 });
        if (!document.RootElement.TryGetProperty(name, out var value))
            return MatrixError.MissingParam($"'{name}' is missing.");

        var error = (await profiles.SetAsync(userId, name, value, cancellationToken)).Error;
        return error is null ? Reply.Empty : error;
    }
}
