using Hybrid.Accounts.Profiles;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Profiles;

/// <summary><c>GET /_matrix/client/v3/profile/{userId}/{keyName}</c></summary>
sealed class GetProfileFieldEndpoint(ProfileLookup profiles) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", ProfileFieldRoutes.Stable, Access.Anyone, RateClass.General),
        new("GET", ProfileFieldRoutes.Unstable, Access.Anyone, RateClass.General),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var name = request.Path("keyName");
        var found = await profiles.FindAsync(request.Path<UserId>("userId"), cancellationToken);
        if (!found.TryGet(out var profile, out var error))
            return error;

        return profile.Fields.TryGetValue(name, out var json)
            ? Reply.Write(writer => GetProfileEndpoint.Write(writer, [new(name, json)]))
            : MatrixError.NotFound("The profile has no such field.");
    }
}
