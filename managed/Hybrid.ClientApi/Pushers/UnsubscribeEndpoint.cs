using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Push.Pushers;
using Hybrid.Storage.Push;

namespace Hybrid.ClientApi.Pushers;

/// <summary><c>GET</c> of the link at the end of messages: asks whether they are to end.</summary>
sealed class UnsubscribePageEndpoint(PusherSetup pushers) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", MailLinks.UnsubscribePath, Access.Anyone)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        await UnsubscribeEndpoint.FindAsync(pushers, request, cancellationToken) is { } pusher
            ? UnsubscribePage.Question(pusher.PushKey)
            : UnsubscribePage.Unknown();
}

/// <summary><c>POST</c> of that link, by the page's button or by a mail program's (RFC 8058): ends the messages.</summary>
sealed class UnsubscribeEndpoint(PusherSetup pushers) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", MailLinks.UnsubscribePath, Access.Anyone) { MaxBodyBytes = 4096 }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (await FindAsync(pushers, request, cancellationToken) is not { } pusher)
            return UnsubscribePage.Unknown();

        await pushers.RemoveAsync(pusher.UserId, pusher.AppId, pusher.PushKey, cancellationToken);
        return UnsubscribePage.Done();
    }

    internal static async ValueTask<Pusher?> FindAsync(PusherSetup pushers, ApiRequest request, CancellationToken cancellationToken) =>
        await pushers.FindBySecretAsync(request.QueryInteger("pusher") ?? 0, request.Query("secret") ?? "", cancellationToken);
}
