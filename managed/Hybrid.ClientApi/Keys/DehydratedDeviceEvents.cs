using System.Globalization;
using System.Text.Json;
using Hybrid.Accounts.Keys;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Keys;

/// <summary><c>GET …/dehydrated_device/{deviceId}/events</c> (MSC3814)</summary>
sealed class GetDehydratedDeviceEvents(DehydratedDevices devices) : IEndpoint
{
    internal const string Path = GetDehydratedDevice.Path + "/{deviceId}/events";

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", Path, Access.User)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(devices, request, request.Query("from"), alwaysHasNext: false, cancellationToken);

    internal static async ValueTask<Result<Reply>> AnswerAsync(
        DehydratedDevices devices, ApiRequest request, string? from, bool alwaysHasNext, CancellationToken cancellationToken)
    {
        var after = 0L;
        if (!string.IsNullOrEmpty(from)
            && (from[0] != 'd' || !long.TryParse(from.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out after)))
        {
            return MatrixError.InvalidParam("The position is not one that this server gave out.");
        }

        var limit = (int)Math.Clamp(request.QueryInteger("limit") ?? int.MaxValue, 1, int.MaxValue);
        if (!(await devices.ReadMessagesAsync(request.Caller.UserId, request.Path<DeviceId>("deviceId"), after, limit, cancellationToken)).TryGet(out var page, out var error))
            return error;

        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("events"u8);
            foreach (var message in page.Messages)
            {
                writer.WriteStartObject();
                writer.WriteString("type"u8, message.Type);
                writer.WriteString("sender"u8, message.Sender.Value);
                writer.WritePropertyName("content"u8);
                writer.WriteRawValue(message.Content.Span, skipInputValidation: true);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (alwaysHasNext || page.HasMore)
                writer.WriteString("next_batch"u8, string.Create(CultureInfo.InvariantCulture, $"d{page.Next}"));
            writer.WriteEndObject();
        });
    }
}

/// <summary>
/// <c>POST …/dehydrated_device/{deviceId}/events</c>: the same as released clients ask for it, who go on until there are no events.
/// </summary>
sealed class PostDehydratedDeviceEvents(DehydratedDevices devices) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", GetDehydratedDeviceEvents.Path, Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var body = JsonDocument.Parse(await request.ReadObjectAsync(cancellationToken));
        string? from = null;
        if (body.RootElement.TryGetProperty("next_batch", out var next) && next.ValueKind != JsonValueKind.Null)
        {
            if (next.ValueKind != JsonValueKind.String)
                return MatrixError.BadJson("'next_batch' must be a string.");
            from = next.GetString();
        }

        return await GetDehydratedDeviceEvents.AnswerAsync(devices, request, from, alwaysHasNext: true, cancellationToken);
    }
}
