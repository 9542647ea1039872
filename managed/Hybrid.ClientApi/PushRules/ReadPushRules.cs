using System.Text.Json.Nodes;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Push.Rules;

namespace Hybrid.ClientApi.PushRules;

/// <summary><c>GET /_matrix/client/v3/pushrules/</c> and <c>GET /_matrix/client/v3/pushrules/global/</c></summary>
public sealed class GetPushRules(PushRuleAccountData rules) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", "/_matrix/client/v3/pushrules", Access.User),
        new("GET", "/_matrix/client/v3/pushrules/global", Access.User),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var book = await rules.OpenAsync(request.Caller.UserId, cancellationToken);
        var isGlobal = request.Http.Request.Path.Value!.TrimEnd('/').EndsWith("/global", StringComparison.Ordinal);
        return isGlobal ? book.Global.ToReply() : Reply.Raw(book.ToAccountData());
    }
}

/// <summary><c>GET /_matrix/client/v3/pushrules/global/{kind}/{ruleId}</c></summary>
public sealed class GetPushRule(PushRuleAccountData rules) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/pushrules/global/{kind}/{ruleId}", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var book = await rules.OpenAsync(request.Caller.UserId, cancellationToken);
        return book.Rule(request.Path("kind"), request.Path("ruleId")).TryGet(out var rule, out var error) ? rule.ToReply() : error;
    }
}

/// <summary><c>GET /_matrix/client/v3/pushrules/global/{kind}/{ruleId}/enabled</c> and <c>…/actions</c></summary>
public sealed class GetPushRulePart(PushRuleAccountData rules) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/pushrules/global/{kind}/{ruleId}/{part}", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var part = request.Path("part");
        if (part is not ("enabled" or "actions"))
            return MatrixError.Unrecognized();

        var book = await rules.OpenAsync(request.Caller.UserId, cancellationToken);
        if (!book.Rule(request.Path("kind"), request.Path("ruleId")).TryGet(out var rule, out var error))
            return error;

        return new JsonObject { [part] = rule[part]?.DeepClone() }.ToReply();
    }
}

static class JsonNodeReply
{
    internal static Reply ToReply(this JsonObject value) => Reply.Raw(System.Text.Encoding.UTF8.GetBytes(value.ToJsonString()));
}
