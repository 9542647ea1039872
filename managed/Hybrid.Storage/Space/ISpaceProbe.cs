namespace Hybrid.Storage.Space;

/// <summary>Finds out whether a database that found no room has room again.</summary>
public interface ISpaceProbe
{
    /// <summary>Writes a little, durably, past <see cref="StorageSpace"/>, and takes it back; false when there was no room for it.</summary>
    ValueTask<bool> TryWriteAsync(CancellationToken cancellationToken);
}
