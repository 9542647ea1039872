namespace Hybrid.Storage.Checks;

/// <summary>What an engine can say of its own files, while the server runs and while it does not.</summary>
public interface IEngineCheck
{
    /// <summary>Everything that is wrong, a line each; nothing when all is well.</summary>
    ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken);
}
