using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.AppServices.Registrations;
using Hybrid.Primitives;

namespace Hybrid.AppServices.Requests;

/// <summary>Asks an application service whether it hears this server (specification, application service API, "Pinging").</summary>
public sealed class AppServicePing(AppServiceClient client, TimeProvider time)
{
    const int MaxShownBody = 4096;

    /// <summary>How long the answer took; <c>M_URL_NOT_SET</c>, <c>M_BAD_STATUS</c>, <c>M_CONNECTION_FAILED</c> or <c>M_CONNECTION_TIMEOUT</c>.</summary>
    public async ValueTask<Result<TimeSpan>> PingAsync(AppServiceRegistration service, string? transactionId, CancellationToken cancellationToken)
    {
        if (service.Url is null)
            return MatrixError.Of(400, "M_URL_NOT_SET", "The application service has no URL.");

        var body = new JsonObject();
        if (transactionId is not null)
            body["transaction_id"] = transactionId;
        var began = time.GetTimestamp();
        try
        {
            var answer = await client.SendAsync(service, HttpMethod.Post, "/_matrix/app/v1/ping", body.ToJsonString(), cancellationToken);
            return answer.IsSuccess ? time.GetElapsedTime(began) : BadStatus(answer);
        }
        catch (TimeoutException exception)
        {
            return MatrixError.Of(504, "M_CONNECTION_TIMEOUT", exception.Message);
        }
        catch (HttpRequestException exception)
        {
            return MatrixError.Of(502, "M_CONNECTION_FAILED", $"The application service cannot be reached: {exception.Message}");
        }
    }

    static MatrixError BadStatus(AppServiceAnswer answer)
    {
        var text = Encoding.UTF8.GetString(answer.Body.Span[..Math.Min(answer.Body.Length, MaxShownBody)]);
        return MatrixError.Of(502, "M_BAD_STATUS", string.Create(CultureInfo.InvariantCulture, $"The ping returned the status {answer.Status}.")) with
        {
            Limit = ("status", answer.Status),
            Detail = ("body", text),
        };
    }
}
