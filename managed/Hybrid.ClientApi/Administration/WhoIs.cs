using System.Text.Json;
using Hybrid.Accounts;
using Hybrid.Accounts.Devices;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.ClientApi.Administration;

/// <summary><c>GET /_matrix/client/v3/admin/whois/{userId}</c>: where a user was seen, for administrators and for the user.</summary>
sealed class WhoIs(IAccountStore accounts, UserDevices devices, AccountOptions options) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/admin/whois/{userId}", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var userId = request.Path<UserId>("userId");
        if (userId != request.Caller.UserId && !request.Caller.IsAdmin)
            return MatrixError.Forbidden("Only server administrators can look up others.");
        if (userId.Server != options.ServerName)
            return MatrixError.InvalidParam("The user does not belong to this server.");
        if (await accounts.FindAsync(userId, cancellationToken) is null)
            return MatrixError.NotFound("The user was not found.");

        var found = await devices.ListAsync(userId, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("user_id"u8, userId.Value);
            writer.WriteStartObject("devices"u8);
            foreach (var device in found)
                WriteDevice(writer, device);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    // A device has one session; of its connections the last one is known.
    static void WriteDevice(Utf8JsonWriter writer, DeviceRecord device)
    {
        writer.WriteStartObject(device.DeviceId.Value);
        writer.WriteStartArray("sessions"u8);
        writer.WriteStartObject();
        writer.WriteStartArray("connections"u8);
        if (device.LastSeenAt is { } seen)
        {
            writer.WriteStartObject();
            if (device.LastSeenIp is { } address)
                writer.WriteString("ip"u8, address);
            writer.WriteNumber("last_seen"u8, seen.ToUnixTimeMilliseconds());
            if (device.LastSeenUserAgent is { } agent)
                writer.WriteString("user_agent"u8, agent);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
