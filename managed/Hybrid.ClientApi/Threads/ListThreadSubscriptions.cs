using System.Globalization;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Streams;
using Hybrid.Storage.Threads;
using Hybrid.Sync.Sliding.Extensions;

namespace Hybrid.ClientApi.Threads;

/// <summary>
/// <c>GET /_matrix/client/unstable/io.element.msc4308/thread_subscriptions</c>: changes to what threads the user follows, from the newest back, for
/// what a sliding sync had no place for (MSC4308).
/// </summary>
sealed class ListThreadSubscriptions(IThreadSubscriptionStore subscriptions, StreamHub hub) : IEndpoint
{
    const int DefaultLimit = 100;
    const int MaxLimit = 500;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/unstable/io.element.msc4308/thread_subscriptions", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.RequiredQuery("dir") != "b")
            return MatrixError.InvalidParam("'dir' must be b.");
        var limit = request.QueryInteger("limit") ?? DefaultLimit;
        if (limit <= 0)
            return MatrixError.InvalidParam("'limit' must be at least 1.");
        if (!TryRead(request.Query("from"), out var from))
            return MatrixError.InvalidParam("'from' is not a token of this server.");
        if (!TryRead(request.Query("to"), out var to))
            return MatrixError.InvalidParam("'to' is not a token of this server.");

        var most = (int)Math.Min(limit, MaxLimit);
        var changes = await subscriptions.ReadChangesAsync(
            request.Caller.UserId, to ?? 0, Math.Min(from ?? long.MaxValue, hub.Current(StreamKind.AccountData)), most, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            ThreadSubscriptionJson.Write(writer, changes);
            if (changes.Count == most)
                writer.WriteString("end"u8, ThreadSubscriptionJson.Before(changes));
            writer.WriteEndObject();
        });
    }

    // A client may go back to where its sliding sync was.
    static bool TryRead(string? token, out long? position)
    {
        position = null;
        if (token is null)
            return true;
        if (SlidingPosition.TryParse(token, out var sliding))
            position = sliding.Positions.AccountData;
        else if (long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            position = number;
        return position is not null;
    }
}
