using System.Globalization;
using Hybrid.Federation.Requests;
using Hybrid.Media.Content;
using Hybrid.Media.Remote;
using Hybrid.Primitives;
using Hybrid.Primitives.Concurrency;
using Hybrid.Storage.Media;
using Microsoft.Net.Http.Headers;

namespace Hybrid.Federation.Remote;

/// <summary>
/// Media of other servers (server-server API, "Content Repository"): through the endpoint that wants a signature, or the old one of servers that do not
/// know it.
/// </summary>
sealed class RemoteMedia(IFederationClient client, FederationHttp http, TimeProvider time) : IRemoteMediaSource
{
    const int AtOnce = 6;
    const int Waiting = 200;

    // What stands around the media in an answer.
    const int FrameBytes = 256 * 1024;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly KeyedSlots<ServerName> _slots = new(AtOnce, Waiting);

    public async ValueTask<Result<RemoteContent>> OpenAsync(RemoteMediaKey key, TimeSpan wait, long maxBytes, CancellationToken cancellationToken)
    {
        if (await _slots.TryEnterAsync(key.Server, cancellationToken) is not { } turn)
            return MatrixError.Of(502, "M_UNKNOWN", $"Too much is asked of the server {key.Server} already.");

        var held = new List<IAsyncDisposable> { new Held(turn) };
        try
        {
            var opened = await OpenAsync(key, wait, maxBytes, held, cancellationToken);
            if (opened.Error is null)
                held = [];
            return opened;
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException or HttpRequestException)
        {
            return Broken(key.Server);
        }
        finally
        {
            foreach (var one in held)
                await one.DisposeAsync();
        }
    }

    async ValueTask<Result<RemoteContent>> OpenAsync(
        RemoteMediaKey key, TimeSpan wait, long maxBytes, List<IAsyncDisposable> held, CancellationToken cancellationToken)
    {
        var milliseconds = ((long)wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var target = FederationPath.WithQuery(FederationPath.Of("federation/v1/media/download", key.Id.Value), ("timeout_ms", milliseconds));
        var request = FederationRequest.Get(target) with { Timeout = wait + Patience, MaxAnswerBytes = maxBytes + FrameBytes };
        var asked = await client.OpenAsync(key.Server, request, cancellationToken);
        if (!asked.TryGet(out var answer, out var failure))
        {
            if (!IsUnknownEndpoint(failure))
                return ErrorOf(failure);

            var old = FederationPath.WithQuery(
                FederationPath.Of("media/v3/download", key.Server.Value, key.Id.Value), ("allow_remote", "false"), ("timeout_ms", milliseconds));
            return await OpenOldAsync(key.Server, request with { Target = old, Unsigned = true }, maxBytes, held, cancellationToken);
        }

        held.Insert(0, answer);
        if (answer.Length > maxBytes + FrameBytes)
            return TooLarge();
        if (await MultipartMedia.ReadAsync(answer.ContentType, answer.Body, maxBytes, cancellationToken) is not { } media)
            return Broken(key.Server);
        if (media.Location is { } location)
            return await FollowAsync(key.Server, location, maxBytes, held, cancellationToken);

        return new RemoteContent(media.Body, held) { ContentType = media.ContentType, FileName = FileName(media.ContentDisposition) };
    }

    async ValueTask<Result<RemoteContent>> OpenOldAsync(
        ServerName server, FederationRequest request, long maxBytes, List<IAsyncDisposable> held, CancellationToken cancellationToken)
    {
        var asked = await client.OpenAsync(server, request, cancellationToken);
        if (!asked.TryGet(out var answer, out var failure))
            return ErrorOf(failure);

        held.Insert(0, answer);
        if (answer.Length > maxBytes)
            return TooLarge();

        return new RemoteContent(answer.Body, held) { ContentType = answer.ContentType, FileName = FileName(answer.ContentDisposition) };
    }

    // Another place than the server itself, such as a store of files: it gets no signature, and leads no further.
    async ValueTask<Result<RemoteContent>> FollowAsync(
        ServerName server, Uri location, long maxBytes, List<IAsyncDisposable> held, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            var response = await http.Plain.GetAsync(location, HttpCompletionOption.ResponseHeadersRead, either.Token);
            held.Insert(0, new Held(response));
            if (!response.IsSuccessStatusCode)
                return Broken(server);
            if (response.Content.Headers.ContentLength > maxBytes)
                return TooLarge();

            var headers = response.Content.Headers.NonValidated;
            var body = await response.Content.ReadAsStreamAsync(either.Token);
            return new RemoteContent(new BoundedStream(body, maxBytes + FrameBytes, Patience, time), held)
            {
                ContentType = headers.TryGetValues("Content-Type", out var type) ? type.ToString() : null,
                FileName = FileName(headers.TryGetValues("Content-Disposition", out var disposition) ? disposition.ToString() : null),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return MatrixError.Of(504, "M_UNKNOWN", $"The place that the server {server} names does not answer in time.");
        }
    }

    // A server that has never heard of the endpoint says so, or answers with no error of Matrix at all.
    static bool IsUnknownEndpoint(FederationFailure failure) =>
        failure is { Kind: FailureKind.Refused, Status: 404 or 405, ErrorCode: "M_UNRECOGNIZED" or "M_UNKNOWN" };

    static MatrixError ErrorOf(FederationFailure failure) => failure switch
    {
        { Kind: FailureKind.Refused, Status: 404 } => ContentRepository.NoSuchMedia(),
        { Kind: FailureKind.Refused, ErrorCode: "M_NOT_YET_UPLOADED" } => MatrixError.Of(504, "M_NOT_YET_UPLOADED", "The content has not been uploaded yet."),
        { Kind: FailureKind.Refused, ErrorCode: "M_TOO_LARGE" } => TooLarge(),
        _ => failure.ToMatrixError(),
    };

    static MatrixError TooLarge() => MatrixError.Of(502, "M_TOO_LARGE", "The content is larger than this server fetches.");

    static MatrixError Broken(ServerName server) => MatrixError.Of(502, "M_UNKNOWN", $"What the server {server} sends for the media cannot be read.");

    static string? FileName(string? disposition)
    {
        if (!ContentDispositionHeaderValue.TryParse(disposition, out var parsed))
            return null;

        var name = parsed.FileNameStar.HasValue ? parsed.FileNameStar : HeaderUtilities.RemoveQuotes(parsed.FileName);
        return name.HasValue ? name.Value : null;
    }

    sealed class Held(IDisposable inner) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            inner.Dispose();
            return default;
        }
    }
}
