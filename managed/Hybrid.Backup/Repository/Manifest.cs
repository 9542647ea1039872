using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Hybrid.Backup.Repository;

/// <summary>What a snapshot holds: <c>snapshots/ID.json</c>. It appears only when everything that it names is durable.</summary>
public sealed record Manifest
{
    /// <summary>The form of manifests and chunks that this version writes. A larger number is refused.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    /// <summary>The snapshot's ID: its time in UTC, <c>20270131T120000Z</c>. IDs sort by age.</summary>
    public required string Id { get; init; }

    /// <summary>When it was taken.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The program that took it, such as <c>hybrid 0.1.0</c>.</summary>
    public required string Program { get; init; }

    public required string ServerName { get; init; }

    /// <summary>The database engine, which alone can restore the files of kind <c>database</c>.</summary>
    public required string Engine { get; init; }

    public required IReadOnlyList<ManifestFile> Files { get; init; }

    /// <summary>Media that the database names and whose files were missing or damaged: a line for each.</summary>
    public required IReadOnlyList<string> Lacking { get; init; }

    /// <summary>The SHA-256 of all the above, in lower-case hex.</summary>
    public string Digest { get; init; } = "";

    /// <summary>What <see cref="Digest"/> must be.</summary>
    public string ComputeDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Line(Format.ToString(CultureInfo.InvariantCulture));
        Line(Id);
        Line(Time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        Line(Program);
        Line(ServerName);
        Line(Engine);
        foreach (var file in Files)
        {
            Line(string.Create(CultureInfo.InvariantCulture, $"{file.Kind} {file.Length} {file.Sha256} {file.Path}"));
            foreach (var chunk in file.Chunks)
                Line(chunk);
        }

        foreach (var line in Lacking)
            Line(line);
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Line(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
    }
}

/// <param name="Kind">What part of the server it is.</param>
/// <param name="Path">With slashes, relative to the data folder; for the database a name that the engine knows.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Sha256">Of the whole content, in lower-case hex.</param>
/// <param name="Chunks">What it is made of, in order.</param>
public sealed record ManifestFile(FileKind Kind, string Path, long Length, string Sha256, IReadOnlyList<string> Chunks);

/// <summary>What part of the server a file is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FileKind>))]
public enum FileKind
{
    [JsonStringEnumMemberName("database")]
    Database,

    [JsonStringEnumMemberName("media")]
    Media,

    [JsonStringEnumMemberName("key")]
    Key,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Manifest))]
sealed partial class ManifestJson : JsonSerializerContext;
