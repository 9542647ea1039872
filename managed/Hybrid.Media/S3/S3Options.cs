namespace Hybrid.Media.S3;

/// <summary>Where media are kept in an object store that speaks the S3 protocol.</summary>
public sealed record S3Options
{
    /// <summary>The bucket; null: media are files on this machine.</summary>
    public string? Bucket { get; init; }

    /// <summary>The server; null for that of AWS in <see cref="Region"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region that requests are signed for.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The ID of the access key.</summary>
    public string? Key { get; init; }

    /// <summary>The access key itself.</summary>
    public string? Secret { get; init; }

    /// <summary>What the names of all objects begin with.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The bucket is the first part of the path, and not of the host name.</summary>
    public bool PathStyle { get; init; }
}
