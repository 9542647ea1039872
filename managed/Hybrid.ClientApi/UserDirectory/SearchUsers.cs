using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.UserDirectory;
using Hybrid.Search.UserDirectory;

namespace Hybrid.ClientApi.UserDirectory;

/// <summary><c>POST /_matrix/client/v3/user_directory/search</c></summary>
public sealed class SearchUsers(UserSearch search) : IEndpoint
{
    const int DefaultLimit = 10;

    const int MaxLimit = 50;

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/user_directory/search", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(UserDirectoryJson.Default.UserSearchBody, cancellationToken);
        if (body.Limit < 0)
            return MatrixError.InvalidParam("'limit' must not be negative.");

        var limit = (int)Math.Min(body.Limit ?? DefaultLimit, MaxLimit);
        var found = await search.SearchAsync(request.Caller.UserId, body.SearchTerm, limit, cancellationToken);
        var answer = new UserSearchAnswer(
            [.. found.Users.Select(static user => new FoundUser(user.UserId, user.DisplayName, user.AvatarUrl))], found.Limited);
        return Reply.Json(answer, UserDirectoryJson.Default.UserSearchAnswer);
    }
}
