using Hybrid.Primitives;

namespace Hybrid.Federation.Outbound;

/// <summary>What goes into a transaction first when there is not room for everything.</summary>
public enum EduUrgency
{
    /// <summary>Before events: without its keys nobody can read them.</summary>
    ToDevice,

    /// <summary>Changes of devices and cross-signing keys.</summary>
    DeviceLists,

    Receipts,

    Typing,

    Presence,
}

/// <summary>An EDU to another server.</summary>
/// <param name="EduType">Its <c>edu_type</c>.</param>
/// <param name="Content">Its <c>content</c>, a JSON object. One for many servers is made once.</param>
public readonly record struct Edu(string EduType, ReadOnlyMemory<byte> Content);

/// <summary>EDUs for a server.</summary>
/// <param name="Edus">In the order in which they are to arrive; empty when nothing waits.</param>
/// <param name="Cursor">What the source recognizes the last of them by; means nothing to anyone else.</param>
public readonly record struct EduBatch(IReadOnlyList<Edu> Edus, long Cursor)
{
    /// <summary>Nothing waits.</summary>
    public static readonly EduBatch Empty = new([], 0);
}

/// <summary>
/// EDUs that wait for other servers. The sender of transactions asks every registered source, the most urgent first. A durable source reads from a
/// store, on from what was acknowledged; a volatile one has the latest state in memory, and forgets it when a server cannot be reached.
/// </summary>
public interface IEduSource
{
    EduUrgency Urgency { get; }

    /// <summary>Whether what waits survives a restart. Then the same EDUs are read again until they are acknowledged.</summary>
    bool IsDurable { get; }

    /// <summary>
    /// Something waits for the server that did not before. Raised at any time, on any thread; raising it once too often does no harm. What waits since
    /// before the start is told by <see cref="ReadWaitingAsync"/>.
    /// </summary>
    event Action<ServerName>? Waiting;

    /// <summary>
    /// What waits for the server, at most <paramref name="limit"/> EDUs: fewer when nothing else waits. Reading takes nothing out. There is one reader per
    /// server at a time.
    /// </summary>
    ValueTask<EduBatch> ReadAsync(ServerName destination, int limit, CancellationToken cancellationToken);

    /// <summary>The server has taken the batch, which is the last that was read for it.</summary>
    ValueTask AcknowledgeAsync(ServerName destination, EduBatch batch, CancellationToken cancellationToken);

    /// <summary>The server cannot be reached. A volatile source forgets what waits for it; a durable one does nothing.</summary>
    void GiveUp(ServerName destination);

    /// <summary>
    /// Servers for which something waits, in the order of their names, from the first after <paramref name="after"/> on: asked at the start, a page at a
    /// time. Nothing for a volatile source.
    /// </summary>
    ValueTask<IReadOnlyList<ServerName>> ReadWaitingAsync(ServerName? after, int limit, CancellationToken cancellationToken);
}
