namespace Hybrid.Durability.Tests;

/// <summary>A folder that is gone when the test is over.</summary>
/// <param name="keeper">A folder to have it in and to leave it in, for whoever looks for what went wrong; null for none.</param>
sealed class TemporaryFolder(string? keeper = null) : IDisposable
{
    public string Path { get; } = keeper is null
        ? Directory.CreateTempSubdirectory("hybrid-durability-").FullName
        : Directory.CreateDirectory(System.IO.Path.Combine(keeper, Guid.NewGuid().ToString("n"))).FullName;

    /// <summary>The path of something in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        if (keeper is null)
            Directory.Delete(Path, recursive: true);
    }
}
