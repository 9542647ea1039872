using System.Text.Json.Serialization;
using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.Receipts;

/// <summary>Body of <c>POST /_matrix/client/v3/rooms/{roomId}/read_markers</c>.</summary>
public sealed record ReadMarkers
{
    [JsonPropertyName("m.fully_read")]
    public EventId? FullyRead { get; init; }

    [JsonPropertyName("m.read")]
    public EventId? Read { get; init; }

    [JsonPropertyName("m.read.private")]
    public EventId? ReadPrivate { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReadMarkers))]
public sealed partial class ReceiptsJson : JsonSerializerContext;
