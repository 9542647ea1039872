using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Federation;

namespace Hybrid.Federation.Keys;

/// <summary>Tells others what this server knows of third servers' keys, signed ("Querying Keys Through Another Server").</summary>
public sealed class ServerKeyNotary(ServerIdentity identity, OwnServerKeys own, ServerKeyRing ring, IServerKeyStore store, TimeProvider time)
{
    /// <summary>
    /// The documents that name these keys of a server; all that are known of it when there are no IDs. One that is old is asked for anew first: "cache a
    /// response for half of its lifetime". Empty when the server cannot be reached and was not before.
    /// </summary>
    /// <param name="server">Whose keys.</param>
    /// <param name="keyIds">Which, and until when each should be valid at least, in milliseconds since the epoch; null for now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> FindAsync(
        ServerName server, IReadOnlyDictionary<string, long?> keyIds, CancellationToken cancellationToken)
    {
        if (server == identity.Name)
            return [own.Document];

        var wanted = keyIds.Keys.ToList();
        var answers = await store.ReadAnswersAsync(server, wanted, cancellationToken);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var needed = keyIds.Values.Max() ?? now;
        if (answers.Count == 0 || IsOld(answers[0], needed, now))
        {
            await ring.FetchAsync(server, wanted, Math.Min(needed, now)).WaitAsync(cancellationToken);
            answers = await store.ReadAnswersAsync(server, wanted, cancellationToken);
        }

        return [.. answers.Select(answer => (ReadOnlyMemory<byte>)identity.Key.SignJson(answer.Json.Span, identity.Name.Value))];
    }

    static bool IsOld(ServerKeyAnswer answer, long needed, long now) =>
        answer.ValidUntil < needed || answer.FetchedTs + ((answer.ValidUntil - answer.FetchedTs) / 2) < now;
}
