using Hybrid.Http;

namespace Hybrid.FederationApi.Keys;

/// <summary>What notaries answer: documents of servers about their keys.</summary>
static class NotaryReply
{
    public static Reply Of(IEnumerable<ReadOnlyMemory<byte>> documents) => Reply.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("server_keys"u8);
        foreach (var document in documents)
            writer.WriteRawValue(document.Span, skipInputValidation: true);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
