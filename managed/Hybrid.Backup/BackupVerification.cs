using System.Security.Cryptography;
using Hybrid.Backup.Repository;

namespace Hybrid.Backup;

/// <summary>Reads every chunk of a snapshot and holds it against its hash, and every file against its own.</summary>
public static class BackupVerification
{
    /// <summary>A line for each chunk or file that is missing or damaged; empty when the snapshot can be restored.</summary>
    public static IReadOnlyList<string> Run(BackupRepository repository, Manifest manifest, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var damaged = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in manifest.Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!Check(file) && !file.Chunks.Any(damaged.Contains))
                problems.Add($"{file.Path}: its chunks are whole and do not make up the file");
        }

        return problems;

        bool Check(ManifestFile file)
        {
            using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var chunk in file.Chunks)
            {
                try
                {
                    whole.AppendData(repository.Chunks.Read(chunk));
                }
                catch (BackupException exception)
                {
                    // A chunk that many files share is told of once.
                    if (damaged.Add(chunk))
                        problems.Add($"{file.Path}: {exception.Message}");
                }
            }

            return Convert.ToHexStringLower(whole.GetHashAndReset()) == file.Sha256;
        }
    }
}
