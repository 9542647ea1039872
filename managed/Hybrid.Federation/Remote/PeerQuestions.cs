using System.Text.Json;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Primitives.Concurrency;

namespace Hybrid.Federation.Remote;

/// <summary>Asks other servers on behalf of users, and reads what they answer.</summary>
public sealed class PeerQuestions(IFederationClient client)
{
    const int AtOnce = 8;
    const int Waiting = 100;

    readonly KeyedSlots<ServerName> _slots = new(AtOnce, Waiting);

    /// <summary>The answer as <paramref name="read"/> makes it out of a JSON object; what it makes nothing of is a <see cref="FailureKind.BadAnswer"/>.</summary>
    public async ValueTask<FederationResult<T>> AskAsync<T>(
        ServerName server, FederationRequest request, Func<JsonElement, T?> read, CancellationToken cancellationToken)
        where T : class
    {
        using var turn = await _slots.TryEnterAsync(server, cancellationToken);
        if (turn is null)
            return new FederationFailure(server, FailureKind.TimedOut, "Too much is asked of it already.");

        var sent = await client.SendAsync(server, request, cancellationToken);
        if (!sent.TryGet(out var answer, out var failure))
            return failure;

        return Read(answer.Body, read) is { } value ? value : new FederationFailure(server, FailureKind.BadAnswer, "Its answer has the wrong shape.");
    }

    static T? Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON, or a string of half a character.
            return null;
        }
    }
}
