using Hybrid.Accounts.Profiles;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;

namespace Hybrid.FederationApi.Queries;

/// <summary><c>GET /_matrix/federation/v1/query/profile</c>: the profile of a user of this server, or one field of it.</summary>
sealed class QueryProfileEndpoint(UserProfiles profiles, ServerIdentity identity, FederationApiOptions options) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/federation/v1/query/profile", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!options.ShareProfiles)
            return MatrixError.Forbidden("This server shows profiles to its own users only.");
        if (!UserId.TryParse(request.RequiredQuery("user_id"), out var userId))
            return MatrixError.InvalidParam("'user_id' is no user ID.");
        if (userId.Server != identity.Name)
            return MatrixError.InvalidParam($"{userId} is no user of this server.");
        if (await profiles.FindAsync(userId, cancellationToken) is not { } profile)
            return MatrixError.NotFound("There is no such user.");

        var field = request.Query("field");
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, json) in profile.Fields)
            {
                if (field is not null && name != field)
                    continue;

                writer.WritePropertyName(name);
                writer.WriteRawValue(json, skipInputValidation: true);
            }

            writer.WriteEndObject();
        });
    }
}
