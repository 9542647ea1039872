namespace Hybrid.Federation.Joins;

/// <summary>The folder of answers that are too large for memory.</summary>
public sealed class AnswerFolder
{
    public AnswerFolder(FederationOptions options)
    {
        Path = options.AnswerFolder ?? System.IO.Path.GetTempPath();
        if (options.AnswerFolder is null)
            return;

        // What a server that was killed was reading, none reads on.
        if (Directory.Exists(Path))
            Directory.Delete(Path, true);
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }
}
