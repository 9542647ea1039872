using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms;
using Hybrid.Rooms.Directory;
using Hybrid.Rooms.State;

namespace Hybrid.FederationApi.Directory;

/// <summary>
/// <c>GET /_matrix/federation/v1/hierarchy/{roomId}</c>: a room that the asking server may know of, and those of its children that this server is in.
/// </summary>
sealed class HierarchyEndpoint(RoomRegistry rooms, RoomPreviews previews, ServerIdentity identity) : IEndpoint
{
    // As many as other servers look at.
    const int MaxChildren = 50;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/federation/v1/hierarchy/{roomId}", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var suggestedOnly = request.QueryBoolean("suggested_only") ?? false;
        if (await FindHereAsync(request.Path<RoomId>("roomId"), cancellationToken) is not { } room
            || !await previews.MayKnowAsync(room, request.Origin, cancellationToken))
        {
            return MatrixError.NotFound("This server does not know the room, or does not show it.");
        }

        var space = SpaceRoom.Of(room, suggestedOnly);
        List<RoomSummary> shown = [];
        List<RoomId> closed = [];
        foreach (var child in space.Children.Take(MaxChildren))
        {
            if (await FindHereAsync(child.RoomId, cancellationToken) is not { } known)
                continue;
            if (await previews.MayKnowAsync(known, request.Origin, cancellationToken))
                shown.Add(RoomSummary.Of(known));
            else
                closed.Add(child.RoomId);
        }

        return Reply.Write(writer => Write(writer, space, shown, closed));
    }

    // Of a room that this server has left it knows nothing new.
    async ValueTask<RoomSnapshot?> FindHereAsync(RoomId roomId, CancellationToken cancellationToken) =>
        await rooms.FindAsync(roomId, cancellationToken) is { Current: var room } && room.HasMemberOf(identity.Name) ? room : null;

    static void Write(Utf8JsonWriter writer, SpaceRoom space, List<RoomSummary> shown, List<RoomId> closed)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("room"u8);
        SummaryShape.Write(writer, space);
        writer.WriteStartArray("children"u8);
        foreach (var child in shown)
            JsonSerializer.Serialize(writer, SummaryShape.Of(child), DirectoryJson.Default.PublicRoom);
        writer.WriteEndArray();
        writer.WriteStartArray("inaccessible_children"u8);
        foreach (var child in closed)
            writer.WriteStringValue(child.Value);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
