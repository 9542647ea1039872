using System.Net.Http.Headers;
using System.Text.Json;
using Hybrid.Federation.Discovery;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Requests;

/// <inheritdoc cref="IFederationClient"/>
public sealed class FederationClient(
    ServerIdentity identity, ServerResolver resolver, FederationHttp http, IDestinationHealth health, ClockSkew clocks, TimeProvider time,
    ILogger<FederationClient> logger) : IFederationClient
{
    const int MaxRefusalBytes = 64 * 1024;
    const int MaxMessage = 300;

    public async ValueTask<FederationResult<FederationAnswer>> SendAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken)
    {
        var begun = time.GetUtcNow();
        using var timer = new CancellationTokenSource(request.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var result = await AttemptAsync(destination, request, async () =>
        {
            using var response = await RequestAsync(destination, request, either.Token);
            if (await RefusalAsync(destination, response, either.Token) is { } refusal)
                return refusal;

            var body = await BoundedBody.ReadAsync(response.Content, request.MaxAnswerBytes, either.Token);
            return (FederationResult<FederationAnswer>)new FederationAnswer((int)response.StatusCode, body);
        }, cancellationToken);
        await AccountAsync(destination, request, begun, result.Failure, cancellationToken);
        return result;
    }

    public async ValueTask<FederationResult<OpenFederationAnswer>> OpenAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken)
    {
        var begun = time.GetUtcNow();
        using var timer = new CancellationTokenSource(request.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var result = await AttemptAsync(destination, request, async () =>
        {
            var response = await RequestAsync(destination, request, either.Token);
            try
            {
                if (await RefusalAsync(destination, response, either.Token) is { } refusal)
                {
                    response.Dispose();
                    return refusal;
                }

                var body = await response.Content.ReadAsStreamAsync(either.Token);
                var bounded = new BoundedStream(body, request.MaxAnswerBytes, request.Timeout, time);
                return (FederationResult<OpenFederationAnswer>)new OpenFederationAnswer(response, bounded);
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }, cancellationToken);
        await AccountAsync(destination, request, begun, result.Failure, cancellationToken);
        return result;
    }

    async ValueTask<FederationResult<T>> AttemptAsync<T>(
        ServerName destination, FederationRequest request, Func<Task<FederationResult<T>>> attempt, CancellationToken cancellationToken)
    {
        if (destination == identity.Name)
            return new FederationFailure(destination, FailureKind.Unreachable, "This is this server itself.");
        if (!request.EvenInBackOff && await health.FindAsync(destination, cancellationToken) is { } backOff && time.GetUtcNow() < backOff.RetryAt)
            return new FederationFailure(destination, FailureKind.BackedOff, $"It has been failing since {backOff.FailingSince:u}.") { RetryAt = backOff.RetryAt };

        try
        {
            return await attempt();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new FederationFailure(destination, FailureKind.TimedOut, "It does not answer in time.");
        }
        catch (ServerNotFoundException unknown)
        {
            return new FederationFailure(destination, FailureKind.Unreachable, unknown.Message);
        }
        catch (HttpRequestException failure)
        {
            var isAnswer = failure.HttpRequestError is HttpRequestError.InvalidResponse or HttpRequestError.ResponseEnded
                or HttpRequestError.HttpProtocolError or HttpRequestError.ConfigurationLimitExceeded;
            return new FederationFailure(destination, isAnswer ? FailureKind.BadAnswer : FailureKind.Unreachable, Innermost(failure));
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException)
        {
            return new FederationFailure(destination, FailureKind.BadAnswer, broken.Message);
        }
    }

    async Task<HttpResponseMessage> RequestAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken)
    {
        var route = await resolver.ResolveAsync(destination, cancellationToken);
        using var message = new HttpRequestMessage { Method = request.Method };
        FederationHttp.SetRoute(message, route, request.Target);
        if (request.Body is { } body)
            message.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        if (!request.Unsigned)
        {
            var signature = RequestSignature.Sign(identity, destination, request.Method.Method, request.Target, request.Body ?? default);
            message.Headers.TryAddWithoutValidation("Authorization", signature.ToString());
        }

        var sent = time.GetUtcNow();
        var response = await http.Peers.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.Headers.Date is { } date)
            clocks.Observe(destination, date, sent, time.GetUtcNow());
        return response;
    }

    static async ValueTask<FederationFailure?> RefusalAsync(ServerName destination, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (status is >= 200 and < 300)
            return null;
        if (status < 400)
            return new FederationFailure(destination, FailureKind.BadAnswer, $"It answers with status {status}, which has no place here.");

        ReadOnlyMemory<byte> body = default;
        try
        {
            body = await BoundedBody.ReadAsync(response.Content, MaxRefusalBytes, cancellationToken);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or InvalidDataException)
        {
            // The status says enough.
        }

        var (code, message) = ReadError(body);
        return new FederationFailure(destination, FailureKind.Refused, message ?? $"It refuses with status {status}.")
        {
            Status = status,
            ErrorCode = code ?? "M_UNKNOWN",
            Body = body,
        };
    }

    static (string? Code, string? Message) ReadError(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var error = document.RootElement;
            return error.ValueKind == JsonValueKind.Object ? (Text(error, "errcode"), Text(error, "error")) : default;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, as from a proxy, or with a string that is no text.
            return default;
        }

        static string? Text(JsonElement error, string name) =>
            error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
                ? string.Create(Math.Min(text.Length, MaxMessage), text, WriteLine)
                : null;
    }

    // It goes into logs, one line each.
    static void WriteLine(Span<char> line, string text)
    {
        text.AsSpan(0, line.Length).CopyTo(line);
        foreach (ref var c in line)
        {
            if (char.IsControl(c))
                c = ' ';
        }
    }

    // A refusal by a server that works says nothing about its health; 401 and 429 say that it wants to hear nothing for now.
    async ValueTask AccountAsync(
        ServerName destination, FederationRequest request, DateTimeOffset begun, FederationFailure? failure, CancellationToken cancellationToken)
    {
        if (failure is null)
        {
            await health.SucceededAsync(destination, cancellationToken);
            return;
        }

        logger.LogDebug("{Method} {Target} at {Server} failed: {Kind} {Status} {Reason}",
            request.Method.Method, request.Target, destination, failure.Kind, failure.Status, failure.Message);
        if (failure.Kind == FailureKind.BackedOff || destination == identity.Name || (failure.IsRefusal && failure.Status is not (401 or 429)))
            return;
        if (!request.EvenInBackOff)
            await health.FailedAsync(destination, begun, cancellationToken);
    }

    static string Innermost(Exception failure)
    {
        while (failure.InnerException is { } inner)
            failure = inner;
        return failure.Message;
    }
}
