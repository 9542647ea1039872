using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Pushers;
using Hybrid.Push.Pushers;
using Hybrid.Storage.Push;

namespace Hybrid.ClientApi.Pushers;

/// <summary><c>POST /_matrix/client/v3/pushers/set</c></summary>
sealed class SetPusher(PusherSetup pushers) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/pushers/set", Access.User, RateClass.General) { MaxBodyBytes = 64 * 1024 }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(PushersJson.Default.SetPusherBody, cancellationToken);
        var result = body.Kind is null
            ? await pushers.RemoveAsync(request.Caller.UserId, body.AppId, body.PushKey, cancellationToken)
            : await SetAsync(request.Caller, body, body.Kind, cancellationToken);
        return result.TryGet(out _, out var error) ? Reply.Empty : error;
    }

    async ValueTask<Result<Done>> SetAsync(Caller caller, SetPusherBody body, string kind, CancellationToken cancellationToken)
    {
        if (body is not { AppDisplayName: { } appName, DeviceDisplayName: { } deviceName, Lang: { } lang, Data: { } data })
            return MatrixError.MissingParam($"Missing parameters: {string.Join(", ", Missing(body))}");
        if (data.ValueKind != JsonValueKind.Object)
            return MatrixError.InvalidParam("'data' must be an object.");

        var pusher = new Pusher(0, caller.UserId, body.AppId, body.PushKey, kind)
        {
            DeviceId = caller.DeviceId,
            AppDisplayName = appName,
            DeviceDisplayName = deviceName,
            ProfileTag = body.ProfileTag,
            Lang = lang,
            Data = data.GetRawText(),
            Secret = "",
        };
        return await pushers.SetAsync(pusher, body.Append == true, cancellationToken);
    }

    static IEnumerable<string> Missing(SetPusherBody body)
    {
        if (body.AppDisplayName is null)
            yield return "app_display_name";
        if (body.DeviceDisplayName is null)
            yield return "device_display_name";
        if (body.Lang is null)
            yield return "lang";
        if (body.Data is null)
            yield return "data";
    }
}
