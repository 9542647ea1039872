namespace Hybrid.Storage.Backup;

/// <summary>What backup and restore ask of a database engine. It works beside a running server, through a connection of its own.</summary>
public interface IDatabaseArchive
{
    /// <summary>The engine's name in manifests, such as <c>sqlite</c>; a snapshot is restored by the engine that it names.</summary>
    string Engine { get; }

    /// <summary>
    /// Fixes what is committed now, while the server goes on writing. <paramref name="workFolder"/> is an empty folder beside the backup,
    /// for an engine that needs a copy.
    /// </summary>
    /// <exception cref="InvalidDataException">There is no database of Hybrid.</exception>
    ValueTask<IDatabaseSnapshot> TakeAsync(string workFolder, CancellationToken cancellationToken);

    /// <summary>Fills the database, which must be empty, from the parts of a snapshot.</summary>
    ValueTask RestoreAsync(IReadOnlyList<DatabasePart> parts, CancellationToken cancellationToken);

    /// <summary>Looks all of a restored database over and brings it up to date with this version; a line for each thing that is wrong.</summary>
    ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken);

    /// <summary>The hashes of the media files that the restored database names, in lower-case hex, each once.</summary>
    ValueTask<IReadOnlyList<string>> ReadMediaAsync(CancellationToken cancellationToken);
}

/// <summary>One moment of a database. It does not change while it is held.</summary>
public interface IDatabaseSnapshot : IAsyncDisposable
{
    /// <summary>Everything that a restore needs. Bytes that did not change should stay where they were, so that they are stored once.</summary>
    IReadOnlyList<DatabasePart> Parts { get; }

    /// <summary>The hashes of the media files that it names, in lower-case hex, each once.</summary>
    ValueTask<IReadOnlyList<string>> ReadMediaAsync(CancellationToken cancellationToken);
}

/// <param name="Name">A file name, the same from snapshot to snapshot.</param>
/// <param name="Open">Opens the bytes, from the start.</param>
public sealed record DatabasePart(string Name, Func<Stream> Open);
