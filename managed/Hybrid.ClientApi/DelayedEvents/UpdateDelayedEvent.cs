using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.DelayedEvents;

namespace Hybrid.ClientApi.DelayedEvents;

/// <summary>
/// <c>POST /_matrix/client/unstable/org.matrix.msc4140/delayed_events/{delayId}/cancel</c>, <c>/restart</c> and <c>/send</c>, and the older form with the
/// action in the body. Without authentication: who holds the ID, such as a server for calls, acts for its owner.
/// </summary>
sealed class UpdateDelayedEvent(EventDelays delays) : IEndpoint
{
    const int MaxBodyBytes = 4096;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("POST", DelayedEventsChapter.Path + "/{delayId}/{action}", Access.Anyone, RateClass.General) { MaxBodyBytes = MaxBodyBytes },
        new("POST", DelayedEventsChapter.Path + "/{delayId}", Access.Anyone, RateClass.General) { MaxBodyBytes = MaxBodyBytes },
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var delayId = request.Path("delayId");
        var inPath = request.PathOrEmpty("action");
        var action = inPath.Length > 0 ? inPath : ActionIn(await request.ReadObjectAsync(cancellationToken));
        if (action is null)
            return MatrixError.MissingParam("'action' is missing.");

        Result<Done>? result = action switch
        {
            "cancel" => await delays.CancelAsync(delayId, cancellationToken),
            "restart" => await delays.RestartAsync(delayId, cancellationToken),
            "send" => await delays.SendAsync(delayId, cancellationToken),
            _ => (Result<Done>?)null,
        };
        if (result is not { } done)
            return inPath.Length > 0 ? MatrixError.Unrecognized() : MatrixError.InvalidParam("'action' is none of cancel, restart and send.");

        return done.Error is { } error ? error : Reply.Empty;
    }

    static string? ActionIn(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty("action", out var action) ? action.ValueKind == JsonValueKind.String ? action.GetString() : "" : null;
    }
}
