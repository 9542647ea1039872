using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Pushers;
using Hybrid.Push.Pushers;
using Hybrid.Storage.Push;

namespace Hybrid.ClientApi.Pushers;

/// <summary><c>GET /_matrix/client/v3/pushers</c></summary>
sealed class GetPushers(PusherSetup pushers) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/pushers", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var own = await pushers.ListAsync(request.Caller.UserId, cancellationToken);
        return Reply.Json(new PusherList([.. own.Select(Shape)]), PushersJson.Default.PusherList);
    }

    static ListedPusher Shape(Pusher pusher)
    {
        using var data = JsonDocument.Parse(pusher.Data);
        return new ListedPusher(
            pusher.AppId, pusher.PushKey, pusher.Kind, pusher.AppDisplayName, pusher.DeviceDisplayName, pusher.ProfileTag, pusher.Lang, data.RootElement.Clone());
    }
}
