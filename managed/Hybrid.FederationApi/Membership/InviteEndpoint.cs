using System.Text.Json;
using Hybrid.Federation.Joins;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.Membership;

/// <summary><c>PUT /_matrix/federation/v2/invite/{roomId}/{eventId}</c></summary>
sealed class InviteEndpoint(InvitationIntake intake) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", "/_matrix/federation/v2/invite/{roomId}/{eventId}", Access.Server)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        using var body = JsonDocument.Parse(await request.ReadObjectAsync(cancellationToken));
        var root = body.RootElement;
        if (!root.TryGetProperty("room_version", out var version) || version.ValueKind != JsonValueKind.String)
            return MatrixError.BadJson("'room_version' is missing, or is no string.");
        if (!root.TryGetProperty("event", out var member) || member.ValueKind != JsonValueKind.Object)
            return MatrixError.BadJson("'event' is missing, or is no object.");

        var invitation = new Invitation(version.GetString()!, JsonSerializer.SerializeToUtf8Bytes(member), Stripped(root, "invite_room_state"));
        var taken = await intake.TakeAsync(request.Origin, roomId, request.Path("eventId"), invitation, cancellationToken);
        return taken.TryGet(out var signed, out var error) ? Answer(signed, asList: false) : error;
    }

    internal static IReadOnlyList<JsonElement> Stripped(JsonElement from, string name) =>
        from.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

    internal static Reply Answer(ReadOnlyMemory<byte> signed, bool asList) => Reply.Write(writer =>
    {
        if (asList)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(200);
        }

        writer.WriteStartObject();
        writer.WritePropertyName("event"u8);
        writer.WriteRawValue(signed.Span, skipInputValidation: true);
        writer.WriteEndObject();
        if (asList)
            writer.WriteEndArray();
    });
}

/// <summary><c>PUT /_matrix/federation/v1/invite/{roomId}/{eventId}</c>: the body is the event, of a room of the first two versions.</summary>
sealed class InviteListEndpoint(InvitationIntake intake) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", "/_matrix/federation/v1/invite/{roomId}/{eventId}", Access.Server)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var member = await request.ReadObjectAsync(cancellationToken);
        using var body = JsonDocument.Parse(member);
        var stripped = body.RootElement.TryGetProperty("unsigned", out var unsigned) && unsigned.ValueKind == JsonValueKind.Object
            ? InviteEndpoint.Stripped(unsigned, "invite_room_state")
            : [];
        var taken = await intake.TakeAsync(request.Origin, roomId, request.Path("eventId"), new Invitation("1", member, stripped), cancellationToken);
        return taken.TryGet(out var signed, out var error) ? InviteEndpoint.Answer(signed, asList: true) : error;
    }
}
