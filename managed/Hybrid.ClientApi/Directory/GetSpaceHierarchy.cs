using System.Globalization;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Directory;

namespace Hybrid.ClientApi.Directory;

/// <summary><c>GET /_matrix/client/v1/rooms/{roomId}/hierarchy</c>: the rooms of a space and of the spaces in it.</summary>
public sealed class GetSpaceHierarchy(SpaceHierarchy hierarchy) : IEndpoint
{
    const int MaxLimit = 50;
    const int GreatestDepth = 50;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v1/rooms/{roomId}/hierarchy", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var limit = request.QueryInteger("limit") ?? MaxLimit;
        var depth = request.QueryInteger("max_depth") ?? GreatestDepth;
        if (limit < 1 || depth < 0)
            return MatrixError.InvalidParam("'limit' must be greater than 0, and 'max_depth' must not be negative.");

        var walk = new SpaceWalk((int)Math.Min(depth, GreatestDepth), request.QueryBoolean("suggested_only") ?? false);
        if (!TryReadToken(request.Query("from"), walk, out var skip))
            return MatrixError.InvalidParam("'from' is not a token of this walk: 'max_depth' and 'suggested_only' must stay as they were.");

        var size = (int)Math.Min(limit, MaxLimit);
        var read = await hierarchy.ReadAsync(request.Path<RoomId>("roomId"), request.Caller.UserId, walk, skip, size, cancellationToken);
        if (!read.TryGet(out var page, out var error))
            return error;

        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("rooms"u8);
            foreach (var room in page.Rooms)
                SummaryShape.Write(writer, room);
            writer.WriteEndArray();
            if (page.HasMore)
                writer.WriteString("next_batch"u8, Token(skip + page.Rooms.Count, walk));
            writer.WriteEndObject();
        });
    }

    // How many rooms lie before the page, and how they were found.
    static string Token(int skip, SpaceWalk walk) =>
        string.Create(CultureInfo.InvariantCulture, $"h{skip}-{walk.MaxDepth}-{(walk.SuggestedOnly ? 's' : 'a')}");

    static bool TryReadToken(string? token, SpaceWalk walk, out int skip)
    {
        skip = 0;
        return token is null
            || (token.StartsWith('h') && token.Split('-') is [var first, _, _]
                && int.TryParse(first.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out skip) && token == Token(skip, walk));
    }
}
