using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.AccountData;

/// <summary>Paths with a <c>{userId}</c> that only that user may call.</summary>
static class OwnUser
{
    /// <summary>Null when the path names the caller, else <c>M_FORBIDDEN</c>.</summary>
    public static MatrixError? Check(ApiRequest request) =>
        request.Path<UserId>("userId") == request.Caller.UserId ? null : MatrixError.Forbidden("This can only be done for the calling user.");
}
