using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hybrid.Primitives;
using Hybrid.Primitives.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hybrid.Http;

/// <summary>
/// A request as endpoints see it: the caller, path and query parameters, and the body. What a client got wrong leaves as a
/// <see cref="MatrixException"/> that names it.
/// </summary>
public sealed class ApiRequest
{
    readonly IReadOnlyDictionary<string, int> _segments;
    readonly int? _maxBodyBytes;
    readonly TimeSpan _maxBodyTime;
    readonly Caller? _caller;
    string[]? _path;
    IQueryCollection? _query;
    byte[]? _bytes;
    byte[]? _body;
    ServerName? _origin;

    internal ApiRequest(HttpContext context, Caller? caller, IReadOnlyDictionary<string, int> segments, int? maxBodyBytes, TimeSpan maxBodyTime)
    {
        Http = context;
        _caller = caller;
        _segments = segments;
        _maxBodyBytes = maxBodyBytes;
        _maxBodyTime = maxBodyTime;
    }

    public HttpContext Http { get; }

    /// <summary>The caller; endpoints with <see cref="Access.Anyone"/> have none and must not ask.</summary>
    public Caller Caller => _caller ?? throw new MatrixException(MatrixError.MissingToken());

    /// <summary>The caller of an endpoint with <see cref="Access.OptionalUser"/>.</summary>
    public Caller? CallerOrNull => _caller;

    /// <summary>The server that signed the request; endpoints with an <see cref="Access"/> other than <see cref="Access.Server"/> must not ask.</summary>
    public ServerName Origin
    {
        get => _origin ?? throw new InvalidOperationException("This endpoint does not ask for a server's signature.");
        internal set => _origin = value;
    }

    /// <summary>Path and query as the client wrote them: what a server's signature covers.</summary>
    public string Target
    {
        get
        {
            var target = Http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            if (target.StartsWith('/'))
                return target;

            var authority = target.IndexOf("://", StringComparison.Ordinal);
            var start = authority < 0 ? -1 : target.IndexOf('/', authority + 3);
            return start < 0 ? "/" : target[start..];
        }
    }

    /// <summary>The access token of the request, valid or not; null without one. For endpoints that take tokens of other kinds than users'.</summary>
    public string? AccessToken => TokenOf(Http.Request);

    /// <summary>A path parameter, percent-decoded; an encoded slash is part of it. <c>M_INVALID_PARAM</c> when that gives no text.</summary>
    public string Path(string name)
    {
        _path ??= RawPath().Split('/');
        var index = _segments[name];
        var encoded = index < _path.Length ? _path[index] : "";
        return PercentEncoding.TryDecode(encoded, out var text) ? text : throw Invalid(name, "is not percent-encoded UTF-8");
    }

    /// <summary>A path parameter that some routes of the endpoint lack; empty there.</summary>
    public string PathOrEmpty(string name) => _segments.ContainsKey(name) ? Path(name) : "";

    /// <summary>A path parameter that is an identifier; <c>M_INVALID_PARAM</c> when it is none.</summary>
    public T Path<T>(string name)
        where T : struct, IIdentifier<T> =>
        T.TryParse(Path(name), out var identifier) ? identifier : throw Invalid(name, $"is not a valid {typeof(T).Name}");

    /// <summary>A query parameter, or null. <c>M_INVALID_PARAM</c>, as from all that follow, when the query is not percent-encoded UTF-8.</summary>
    public string? Query(string name) => CheckedQuery().TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;

    /// <summary>All values of a repeated query parameter.</summary>
    public IReadOnlyList<string> QueryAll(string name) => [.. CheckedQuery()[name].OfType<string>()];

    /// <summary>A query parameter; <c>M_MISSING_PARAM</c> when absent.</summary>
    public string RequiredQuery(string name) =>
        Query(name) ?? throw new MatrixException(MatrixError.MissingParam($"The query parameter '{name}' is missing."));

    /// <summary>An integer of the query, clamped to nothing; <c>M_INVALID_PARAM</c> when it is no integer.</summary>
    public long? QueryInteger(string name) => Query(name) switch
    {
        null => null,
        var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
        _ => throw Invalid(name, "is not an integer"),
    };

    /// <summary>A boolean of the query; <c>M_INVALID_PARAM</c> when it is neither <c>true</c> nor <c>false</c>.</summary>
    public bool? QueryBoolean(string name) => Query(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        _ => throw Invalid(name, "is neither true nor false"),
    };

    /// <summary>The body as a shape: <c>M_NOT_JSON</c> when it is no JSON, <c>M_BAD_JSON</c> when it has the wrong shape.</summary>
    public async ValueTask<T> ReadJsonAsync<T>(JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken)
    {
        var body = await ReadObjectAsync(cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(body.Span, typeInfo)!;
        }
        catch (JsonException exception)
        {
            throw new MatrixException(MatrixError.BadJson($"The body has the wrong shape: {exception.Message}"));
        }
    }

    /// <summary>The body as the bytes of a JSON object, all of its strings text. An empty body counts as <c>{}</c>, as clients send it for optional bodies.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadObjectAsync(CancellationToken cancellationToken)
    {
        if (_body is not null)
            return _body;

        var bytes = await ReadBodyAsync(cancellationToken);
        if (bytes.Length == 0)
            return _body = "{}"u8.ToArray();

        if (JsonText.CheckObject(bytes) is { } error)
            throw new MatrixException(error);

        return _body = _bytes;
    }

    /// <summary>The body as it came; empty without one.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(CancellationToken cancellationToken) => _bytes ??= await ReadBytesAsync(cancellationToken);

    internal static string? TokenOf(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return header[Scheme.Length..].Trim();

        return request.Query.TryGetValue("access_token", out var values) && values.Count > 0 ? values[0] : null;
    }

    static MatrixException Invalid(string name, string why) => new(MatrixError.InvalidParam($"'{name}' {why}."));

    async ValueTask<byte[]> ReadBytesAsync(CancellationToken cancellationToken)
    {
        var limit = _maxBodyBytes ?? throw new InvalidOperationException("This endpoint streams its body.");
        var request = Http.Request;
        if (request.ContentLength > limit)
            throw TooLarge();

        // Almost always all of it has come with the headers. What has not must come in time: a byte now and then would keep the request for ever.
        if (request.BodyReader.TryRead(out var first) && Take(first) is { } whole)
            return whole;

        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        inTime.CancelAfter(_maxBodyTime);
        try
        {
            while (true)
            {
                if (Take(await request.BodyReader.ReadAsync(inTime.Token)) is { } bytes)
                    return bytes;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Http.Response.Headers.Connection = "close";
            throw new MatrixException(MatrixError.Of(StatusCodes.Status408RequestTimeout, "M_UNKNOWN", "The body took too long to come."));
        }

        byte[]? Take(ReadResult read)
        {
            var reader = request.BodyReader;
            if (read.Buffer.Length > limit)
            {
                // Left unread, it would keep Kestrel from the rest of the body, and the connection would end before the answer.
                reader.AdvanceTo(read.Buffer.End);
                throw TooLarge();
            }

            if (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                return null;
            }

            var bytes = read.Buffer.ToArray();
            reader.AdvanceTo(read.Buffer.End);
            return bytes;
        }

        MatrixException TooLarge() => new(MatrixError.TooLarge($"The body is larger than {limit} bytes."));
    }

    IQueryCollection CheckedQuery()
    {
        if (_query is not null)
            return _query;
        if (!PercentEncoding.TryDecode(Http.Request.QueryString.Value ?? "", out _))
            throw new MatrixException(MatrixError.InvalidParam("The query is not percent-encoded UTF-8."));

        return _query = Http.Request.Query;
    }


    // The routed path has its escapes decoded, all but the slash; only the raw one tells "%2F" from "%252F".
    string RawPath()
    {
        var target = Target;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }
}
