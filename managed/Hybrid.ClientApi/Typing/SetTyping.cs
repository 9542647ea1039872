using Hybrid.ClientApi.AccountData;
using Hybrid.Ephemeral.Typing;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Typing;
using Hybrid.Rooms;

namespace Hybrid.ClientApi.Typing;

/// <summary><c>PUT /_matrix/client/v3/rooms/{roomId}/typing/{userId}</c></summary>
sealed class SetTyping(TypingTracker typing, RoomRegistry rooms) : IEndpoint
{
    // For clients that do not say how long, as the timeout is not required.
    const long DefaultTimeout = 30_000;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/client/v3/rooms/{roomId}/typing/{userId}", Access.User, RateClass.General) { WhileSuspended = false }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (OwnUser.Check(request) is { } refusal)
            return refusal;

        var roomId = request.Path<RoomId>("roomId");
        var body = await request.ReadJsonAsync(TypingJson.Default.SetTypingBody, cancellationToken);
        if (body.Typing is not { } isTyping)
            return MatrixError.MissingParam("'typing' is missing.");
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room || !room.Current.IsJoined(request.Caller.UserId))
            return MatrixError.Forbidden("You are not joined to this room.");

        var timeout = Math.Clamp(body.Timeout ?? DefaultTimeout, 0, (long)TypingTracker.MaxTimeout.TotalMilliseconds);
        typing.Set(roomId, request.Caller.UserId, isTyping ? TimeSpan.FromMilliseconds(timeout) : TimeSpan.Zero);
        return Reply.Empty;
    }
}
