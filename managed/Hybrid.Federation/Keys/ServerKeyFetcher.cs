using System.Text;
using System.Text.Json;
using Hybrid.Federation.Requests;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Keys;

/// <summary>Asks for keys over the network: servers for their own, and notaries for those of others.</summary>
public sealed class ServerKeyFetcher(IFederationClient client, TimeProvider time, ILogger<ServerKeyFetcher> logger)
{
    const int MaxNotaryAnswerBytes = 4 << 20;

    // Whoever waits for keys has a request of its own that times out.
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>What a server says about its own keys; null when it says nothing that can be believed.</summary>
    public async ValueTask<ServerKeyAnswer?> AskServerAsync(ServerName server, CancellationToken cancellationToken)
    {
        var request = FederationRequest.Get(FederationPath.Of("key/v2/server")) with
        {
            Unsigned = true,
            EvenInBackOff = true,
            Timeout = Timeout,
            MaxAnswerBytes = ServerKeyDocument.MaxBytes,
        };
        if (!(await client.SendAsync(server, request, cancellationToken)).TryGet(out var answer, out var failure))
        {
            logger.LogInformation("{Server} does not give its keys: {Kind}: {Reason}", server, failure.Kind, failure.Message);
            return null;
        }

        var keys = ServerKeyDocument.Read(answer.Body, time.GetUtcNow());
        if (keys is not null && keys.Server == server)
            return keys;

        logger.LogWarning("What {Server} says about its keys is not signed by it", server);
        return null;
    }

    /// <summary>What a notary knows of a server's keys: every document that the server and the notary have signed.</summary>
    /// <param name="notary">Who is asked.</param>
    /// <param name="notaryKeys">The notary's keys.</param>
    /// <param name="server">Whose keys are looked for.</param>
    /// <param name="keyIds">Which.</param>
    /// <param name="validUntil">Until when they should be valid at least, in milliseconds since the epoch.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async ValueTask<IReadOnlyList<ServerKeyAnswer>> AskNotaryAsync(
        ServerName notary, IReadOnlyList<ServerKey> notaryKeys, ServerName server, IEnumerable<string> keyIds, long validUntil, CancellationToken cancellationToken)
    {
        var request = FederationRequest.Post(FederationPath.Of("key/v2/query"), WriteQuery(server, keyIds, validUntil)) with
        {
            Unsigned = true,
            Timeout = Timeout,
            MaxAnswerBytes = MaxNotaryAnswerBytes,
        };
        if (!(await client.SendAsync(notary, request, cancellationToken)).TryGet(out var answer, out var failure))
        {
            logger.LogInformation("The notary {Notary} does not answer: {Kind}: {Reason}", notary, failure.Kind, failure.Message);
            return [];
        }

        var documents = ReadDocuments(answer.Body);
        var believed = documents
            .Where(document => ServerKeyDocument.IsSignedBy(document, notaryKeys))
            .Select(document => ServerKeyDocument.Read(document, time.GetUtcNow()))
            .OfType<ServerKeyAnswer>()
            .Where(keys => keys.Server == server)
            .ToList();
        if (believed.Count < documents.Count)
            logger.LogWarning("{Count} of the answers of the notary {Notary} for {Server} cannot be believed", documents.Count - believed.Count, notary, server);
        return believed;
    }

    static byte[] WriteQuery(ServerName server, IEnumerable<string> keyIds, long validUntil)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("server_keys"u8);
            writer.WriteStartObject(server.Value);
            foreach (var keyId in keyIds)
            {
                writer.WriteStartObject(keyId);
                writer.WriteNumber("minimum_valid_until_ts"u8, validUntil);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return bytes.ToArray();
    }

    static List<ReadOnlyMemory<byte>> ReadDocuments(ReadOnlyMemory<byte> body)
    {
        const int MaxDocuments = 64;
        try
        {
            using var answer = JsonDocument.Parse(body);
            return
            [
                .. answer.RootElement.GetProperty("server_keys").EnumerateArray().Take(MaxDocuments)
                    .Select(static document => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(document.GetRawText())),
            ];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return [];
        }
    }
}
