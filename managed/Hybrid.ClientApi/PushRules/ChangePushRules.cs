using System.Text.Json.Nodes;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Push.Rules;

namespace Hybrid.ClientApi.PushRules;

/// <summary><c>PUT /_matrix/client/v3/pushrules/global/{kind}/{ruleId}</c></summary>
public sealed class SetPushRule(PushRuleAccountData rules) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", "/_matrix/client/v3/pushrules/global/{kind}/{ruleId}", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = JsonNode.Parse((await request.ReadObjectAsync(cancellationToken)).Span)!.AsObject();
        var place = new RulePlace(request.Query("before"), request.Query("after"));
        var result = await rules.ChangeAsync(
            request.Caller.UserId, book => book.Put(request.Path("kind"), request.Path("ruleId"), body, place), cancellationToken);
        return result.Error is { } error ? error : Reply.Empty;
    }
}

/// <summary><c>DELETE /_matrix/client/v3/pushrules/global/{kind}/{ruleId}</c></summary>
public sealed class DeletePushRule(PushRuleAccountData rules) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("DELETE", "/_matrix/client/v3/pushrules/global/{kind}/{ruleId}", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var result = await rules.ChangeAsync(request.Caller.UserId, book => book.Remove(request.Path("kind"), request.Path("ruleId")), cancellationToken);
        return result.Error is { } error ? error : Reply.Empty;
    }
}

/// <summary><c>PUT /_matrix/client/v3/pushrules/global/{kind}/{ruleId}/enabled</c> and <c>…/actions</c></summary>
public sealed class SetPushRulePart(PushRuleAccountData rules) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", "/_matrix/client/v3/pushrules/global/{kind}/{ruleId}/{part}", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = JsonNode.Parse((await request.ReadObjectAsync(cancellationToken)).Span)!.AsObject();
        if (!Change(request, body).TryGet(out var change, out var error))
            return error;

        var result = await rules.ChangeAsync(request.Caller.UserId, change, cancellationToken);
        return result.Error is { } refused ? refused : Reply.Empty;
    }

    static Result<Func<PushRuleBook, Result<Done>>> Change(ApiRequest request, JsonObject body)
    {
        var kind = request.Path("kind");
        var ruleId = request.Path("ruleId");
        switch (request.Path("part"))
        {
            case "enabled":
                if (body["enabled"] is not JsonValue value || !value.TryGetValue<bool>(out var enabled))
                    return MatrixError.MissingParam("'enabled' must be a boolean.");
                return (Func<PushRuleBook, Result<Done>>)(book => book.Enable(kind, ruleId, enabled));
            case "actions":
                if (body["actions"] is not JsonArray actions)
                    return MatrixError.MissingParam("'actions' must be a list.");
                return (Func<PushRuleBook, Result<Done>>)(book => book.SetActions(kind, ruleId, actions));
            default:
                return MatrixError.Unrecognized();
        }
    }
}
