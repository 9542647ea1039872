using System.Text.Json;
using Hybrid.ClientApi.Timeline;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.OldSync;

/// <summary><c>GET /_matrix/client/v3/rooms/{roomId}/initialSync</c>: for members, for those who left, and for everyone where the world may read.</summary>
public sealed class RoomInitialSync(RoomGlance glance) : IEndpoint
{
    const int DefaultLimit = 10;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v3/rooms/{roomId}/initialSync", Access.UserOrGuest, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var limit = PageTerms.Limit(request, DefaultLimit);
        return (await glance.TakeAsync(roomId, request.Caller, limit, cancellationToken)).TryGet(out var write, out var error) ? Reply.Write(write) : error;
    }
}

/// <summary>A room with its state and its latest messages, as one user sees it.</summary>
public sealed class RoomGlance(
    RoomReading reading, MessagePages pages, ClientEventFormatter formatter, EventViewers viewers, MembershipIndex memberships, IAliasStore directory,
    IAccountDataStore accountData)
{
    /// <summary>What writes the room as an object; <c>M_FORBIDDEN</c> when the user cannot look into it.</summary>
    public async ValueTask<Result<Action<Utf8JsonWriter>>> TakeAsync(RoomId roomId, Caller caller, int limit, CancellationToken cancellationToken)
    {
        if (!(await reading.OpenAsync(roomId, caller.UserId, cancellationToken)).TryGet(out var view, out var error))
            return error;

        var membership = (await memberships.OfAsync(caller.UserId, cancellationToken)).GetValueOrDefault(roomId);
        var viewer = await viewers.OfAsync(caller, cancellationToken);
        var page = limit > 0
            ? await pages.ReadAsync(view, new TimelineQuery(roomId, 0, null, Backwards: true, limit), view.End, null, viewer, cancellationToken)
            : new MessagePage([], view.End);
        var messages = page.Events.Reverse().ToList();
        var state = (await reading.StateAsync(view, cancellationToken)).ToList();
        var prepared = await formatter.PrepareAsync([.. messages, .. state], viewer, cancellationToken);
        var isPublic = await directory.IsPublicAsync(roomId, cancellationToken);
        var data = (await accountData.ReadChangesAsync(caller.UserId, 0, long.MaxValue, cancellationToken)).Where(entry => entry.RoomId == roomId).ToList();
        return (Action<Utf8JsonWriter>)Write;

        void Write(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            writer.WriteString("room_id"u8, roomId.Value);
            // Who never was here peeks.
            if (membership is { Forgotten: false })
                writer.WriteString("membership"u8, membership.Membership);
            writer.WriteStartObject("messages"u8);
            if (page.End is { } start)
                writer.WriteString("start"u8, TimelineToken.After(start));
            writer.WriteString("end"u8, TimelineToken.After(view.End));
            writer.WritePropertyName("chunk"u8);
            prepared.WriteArray(writer, messages, withRoomId: true);
            writer.WriteEndObject();
            writer.WritePropertyName("state"u8);
            prepared.WriteArray(writer, state, withRoomId: true);
            writer.WriteString("visibility"u8, isPublic ? "public"u8 : "private"u8);
            writer.WriteStartArray("account_data"u8);
            foreach (var entry in data)
            {
                writer.WriteStartObject();
                writer.WriteString("type"u8, entry.Type);
                writer.WritePropertyName("content"u8);
                writer.WriteRawValue(entry.Content.Span, skipInputValidation: true);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }
    }
}
