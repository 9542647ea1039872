using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hybrid.Http;

/// <summary>
/// A request as endpoints see it: the caller, path and query parameters, and the body. What a client got wrong leaves as a
/// <see cref="MatrixException"/> that names it.
/// </summary>
public sealed class ApiRequest
{
    // Below what readers of stored events take (64), with room for what is put around them.
    static readonly JsonDocumentOptions BodyOptions = new() { MaxDepth = 60 };

    readonly IReadOnlyDictionary<string, int> _segments;
    readonly int? _maxBodyBytes;
    readonly Caller? _caller;
    string[]? _path;
    byte[]? _body;

    internal ApiRequest(HttpContext context, Caller? caller, IReadOnlyDictionary<string, int> segments, int? maxBodyBytes)
    {
        Http = context;
        _caller = caller;
        _segments = segments;
        _maxBodyBytes = maxBodyBytes;
    }

    public HttpContext Http { get; }

    /// <summary>The caller; endpoints with <see cref="Access.Anyone"/> have none and must not ask.</summary>
    public Caller Caller => _caller ?? throw new MatrixException(MatrixError.MissingToken());

    /// <summary>The caller of an endpoint with <see cref="Access.OptionalUser"/>.</summary>
    public Caller? CallerOrNull => _caller;

    /// <summary>A path parameter, percent-decoded; an encoded slash is part of it.</summary>
    public string Path(string name)
    {
        _path ??= RawPath().Split('/');
        var index = _segments[name];
        return index < _path.Length ? Uri.UnescapeDataString(_path[index]) : "";
    }

    /// <summary>A path parameter that some routes of the endpoint lack; empty there.</summary>
    public string PathOrEmpty(string name) => _segments.ContainsKey(name) ? Path(name) : "";

    /// <summary>A path parameter that is an identifier; <c>M_INVALID_PARAM</c> when it is none.</summary>
    public T Path<T>(string name)
        where T : struct, IIdentifier<T> =>
        T.TryParse(Path(name), out var identifier) ? identifier : throw Invalid(name, $"is not a valid {typeof(T).Name}");

    /// <summary>A query parameter, or null.</summary>
    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;

    /// <summary>All values of a repeated query parameter.</summary>
    public IReadOnlyList<string> QueryAll(string name) => [.. Http.Request.Query[name].OfType<string>()];

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

    /// <summary>The body as the bytes of a JSON object. An empty body counts as <c>{}</c>, as clients send it for optional bodies.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadObjectAsync(CancellationToken cancellationToken)
    {
        if (_body is not null)
            return _body;

        var body = await ReadBytesAsync(cancellationToken);
        if (body.Length == 0)
            return _body = "{}"u8.ToArray();
        if (BodyText.CheckEncoding(body) is { } notText)
            throw new MatrixException(notText);

        try
        {
            using var document = JsonDocument.Parse(body, BodyOptions);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new MatrixException(MatrixError.BadJson("The body must be a JSON object."));
        }
        catch (JsonException exception)
        {
            throw new MatrixException(MatrixError.NotJson($"The body is not JSON: {exception.Message}"));
        }

        return BodyText.CheckEscapes(body, BodyOptions.MaxDepth) is { } notPaired ? throw new MatrixException(notPaired) : _body = body;
    }

    static MatrixException Invalid(string name, string why) => new(MatrixError.InvalidParam($"'{name}' {why}."));

    async ValueTask<byte[]> ReadBytesAsync(CancellationToken cancellationToken)
    {
        var limit = _maxBodyBytes ?? throw new InvalidOperationException("This endpoint streams its body.");
        var request = Http.Request;
        if (request.ContentLength > limit)
            throw TooLarge();

        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > limit)
                throw TooLarge();
            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        MatrixException TooLarge() => new(MatrixError.TooLarge($"The body is larger than {limit} bytes."));
    }

    // The routed path has its escapes decoded, all but the slash; only the raw one tells "%2F" from "%252F".
    string RawPath()
    {
        var target = Http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        if (path.StartsWith('/'))
            return path;

        var authority = path.IndexOf("://", StringComparison.Ordinal);
        var start = authority < 0 ? -1 : path.IndexOf('/', authority + 3);
        return start < 0 ? "/" : path[start..];
    }
}
