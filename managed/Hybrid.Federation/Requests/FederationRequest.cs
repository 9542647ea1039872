namespace Hybrid.Federation.Requests;

/// <summary>What is asked of another server.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Target">Path and query as they are signed and sent, percent-encoded, beginning with <c>/_matrix/</c>: <see cref="FederationPath"/> makes them.</param>
public sealed record FederationRequest(HttpMethod Method, string Target)
{
    /// <summary>How much of an answer is taken unless a request says otherwise.</summary>
    public const int DefaultMaxAnswerBytes = 16 << 20;

    /// <summary>A JSON object; null for a request without a body.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>
    /// How long everything may take: finding the server, connecting, and the answer to its last byte. For
    /// <see cref="IFederationClient.OpenAsync"/> it ends with the headers of the answer, and then bounds each pause between its bytes.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest answer, in bytes, after decompression. A larger one is a <see cref="FailureKind.BadAnswer"/>.</summary>
    public long MaxAnswerBytes { get; init; } = DefaultMaxAnswerBytes;

    /// <summary>
    /// Whether the request is made even while the destination is in back-off (<see cref="IDestinationHealth"/>), as for what a user waits for. A
    /// failure then does not count; a success does.
    /// </summary>
    public bool EvenInBackOff { get; init; }

    /// <summary>Whether the request goes without a signature, as those for keys and for the version do: they must not need keys themselves.</summary>
    public bool Unsigned { get; init; }

    public static FederationRequest Get(string target) => new(HttpMethod.Get, target);

    public static FederationRequest Put(string target, ReadOnlyMemory<byte> body) => new(HttpMethod.Put, target) { Body = body };

    public static FederationRequest Post(string target, ReadOnlyMemory<byte> body) => new(HttpMethod.Post, target) { Body = body };
}
