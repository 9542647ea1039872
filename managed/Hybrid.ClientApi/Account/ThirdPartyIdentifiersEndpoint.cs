using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Account;

/// <summary>
/// <c>GET /_matrix/client/v3/account/3pid</c>: e-mail addresses and telephone numbers cannot be added here, as
/// <c>m.3pid_changes</c> says, so no account has any.
/// </summary>
sealed class ThirdPartyIdentifiersEndpoint : IEndpoint
{
    static readonly Reply None = Reply.Raw("""{"threepids":[]}"""u8.ToArray());

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/account/3pid", Access.User)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) => new(None);
}
