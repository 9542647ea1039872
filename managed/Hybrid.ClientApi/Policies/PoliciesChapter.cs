using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Policies;
using Hybrid.Sync;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Policies;

/// <summary>Policy lists that users follow in their account data <c>org.hybrid.policy_lists</c>.</summary>
public static class PoliciesChapter
{
    public static IServiceCollection AddPoliciesChapter(this IServiceCollection services) => services.AddEndpoint<GetHidingReasons>();

    public static void MapPoliciesChapter(this IEndpointRouteBuilder routes) => routes.MapEndpoint<GetHidingReasons>();
}

/// <summary>
/// <c>GET /_matrix/client/unstable/org.hybrid.policy_lists/reasons</c>: why the caller is not shown a user (<c>user_id</c>) or invitations to a room
/// (<c>room_id</c>). Nothing that is not hidden has a reason.
/// </summary>
sealed class GetHidingReasons(HiddenUsers hidden) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/unstable/org.hybrid.policy_lists/reasons", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var (user, room) = (request.Query("user_id"), request.Query("room_id"));
        if (user is null && room is null)
            return MatrixError.MissingParam("Neither 'user_id' nor 'room_id' is there.");
        if (user is not null && !UserId.TryParse(user, out _))
            return MatrixError.InvalidParam("'user_id' is not a valid UserId.");
        if (room is not null && !RoomId.TryParse(room, out _))
            return MatrixError.InvalidParam("'room_id' is not a valid RoomId.");

        var set = await hidden.OfAsync(request.Caller.UserId, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("reasons"u8);
            if (user is not null)
            {
                var userId = UserId.Parse(user);
                if (set.Names(userId))
                    WriteIgnored(writer);
                if (set.FindPolicy(userId) is { } rule)
                    Write(writer, rule);
            }

            if (room is not null && set.FindPolicy(RoomId.Parse(room)) is { } roomRule)
                Write(writer, roomRule);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    static void WriteIgnored(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "m.ignored_user_list"u8);
        writer.WriteEndObject();
    }

    static void Write(Utf8JsonWriter writer, PolicyRule rule)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, rule.Type);
        writer.WriteString("room_id"u8, rule.List.Value);
        writer.WriteString("state_key"u8, rule.StateKey);
        writer.WriteString("entity"u8, rule.Entity);
        if (rule.Reason is { } reason)
            writer.WriteString("reason"u8, reason);
        writer.WriteEndObject();
    }
}
