using Hybrid.Native;
using Hybrid.Primitives;

namespace Hybrid.Storage.Federation;

/// <summary>A key as it is stored.</summary>
/// <param name="KeyId">Its ID, such as <c>ed25519:1</c>.</param>
/// <param name="PublicKey">The key in base64.</param>
/// <param name="ValidUntil">Until when it is known to be valid, in milliseconds since the epoch.</param>
public readonly record struct StoredServerKey(string KeyId, string PublicKey, long ValidUntil);

/// <summary>What a server, or a notary for it, said about its keys, checked.</summary>
/// <param name="Server">Whose keys they are.</param>
/// <param name="Keys">All keys of the answer, those of the past too.</param>
/// <param name="Json">The answer as it came, with its signatures: what notaries pass on.</param>
/// <param name="FetchedTs">When it came, in milliseconds since the epoch.</param>
/// <param name="ValidUntil">Its <c>valid_until_ts</c>, bounded by the reader.</param>
public sealed record ServerKeyAnswer(ServerName Server, IReadOnlyList<StoredServerKey> Keys, ReadOnlyMemory<byte> Json, long FetchedTs, long ValidUntil);

/// <summary>The keys of other servers, kept for as long as their events may have to be checked.</summary>
public interface IServerKeyStore
{
    /// <summary>Every key that is known of these servers.</summary>
    ValueTask<IReadOnlyList<ServerKey>> ReadAsync(IReadOnlyCollection<ServerName> servers, CancellationToken cancellationToken);

    /// <summary>
    /// Stores an answer. Its keys replace what was known under their IDs; keys that it does not name stay, with the answer that named them last.
    /// </summary>
    ValueTask StoreAsync(ServerKeyAnswer answer, CancellationToken cancellationToken);

    /// <summary>The answers that named these keys last, each once, newest first; of every known key when <paramref name="keyIds"/> is empty. Without their keys.</summary>
    ValueTask<IReadOnlyList<ServerKeyAnswer>> ReadAnswersAsync(ServerName server, IReadOnlyCollection<string> keyIds, CancellationToken cancellationToken);
}
