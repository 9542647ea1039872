using System.Buffers;
using System.Text.Json;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;

namespace Hybrid.Federation.Requests;

/// <summary>What a signature of a request covers: method, target, origin, destination and body, as one JSON object.</summary>
public static class RequestSignature
{
    /// <summary>Signs a request in this server's name.</summary>
    /// <param name="identity">This server.</param>
    /// <param name="destination">Who is asked: the name from before discovery.</param>
    /// <param name="method">The HTTP method.</param>
    /// <param name="target">Path and query, as they are sent.</param>
    /// <param name="body">The JSON object that is sent; empty without one.</param>
    /// <exception cref="NativeException">The body is no JSON object.</exception>
    public static XMatrix Sign(ServerIdentity identity, ServerName destination, string method, string target, ReadOnlyMemory<byte> body)
    {
        var signed = identity.Key.SignJson(Write(method, target, identity.Name, destination, body, null), identity.Name.Value);
        return new XMatrix(identity.Name, destination, identity.Key.KeyId, FindSignature(signed));
    }

    /// <summary>Whether the header's signature is one of this request with this key.</summary>
    /// <param name="header">The claim.</param>
    /// <param name="self">This server, which the request must have been meant for.</param>
    /// <param name="method">The HTTP method.</param>
    /// <param name="target">Path and query, as they came.</param>
    /// <param name="body">The JSON object that came; empty without one.</param>
    /// <param name="publicKey">The key that the header names, in base64.</param>
    public static bool Verify(XMatrix header, ServerName self, string method, string target, ReadOnlyMemory<byte> body, string publicKey)
    {
        try
        {
            return JsonSignature.Verify(Write(method, target, header.Origin, self, body, header), header.Origin.Value, header.KeyId, publicKey);
        }
        catch (NativeException)
        {
            // What has no canonical form has no valid signature.
            return false;
        }
    }

    static ReadOnlySpan<byte> Write(string method, string target, ServerName origin, ServerName destination, ReadOnlyMemory<byte> body, XMatrix? signature)
    {
        var bytes = new ArrayBufferWriter<byte>(body.Length + 1024);
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            if (body.Length > 0)
            {
                writer.WritePropertyName("content"u8);
                writer.WriteRawValue(body.Span, skipInputValidation: true);
            }

            writer.WriteString("destination"u8, destination.Value);
            writer.WriteString("method"u8, method);
            writer.WriteString("origin"u8, origin.Value);
            writer.WriteString("uri"u8, target);
            if (signature is not null)
            {
                writer.WriteStartObject("signatures"u8);
                writer.WriteStartObject(origin.Value);
                writer.WriteString(signature.KeyId, signature.Signature);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return bytes.WrittenSpan;
    }

    // The body may be large: it is skipped, not parsed.
    static string FindSignature(ReadOnlySpan<byte> signed)
    {
        var reader = new Utf8JsonReader(signed);
        reader.Read();
        while (reader.Read() && !(reader.CurrentDepth == 1 && reader.ValueTextEquals("signatures"u8)))
            reader.Skip();

        // The object of signatures, the one server in it, its one key.
        while (reader.TokenType != JsonTokenType.String)
            reader.Read();
        return reader.GetString()!;
    }
}
