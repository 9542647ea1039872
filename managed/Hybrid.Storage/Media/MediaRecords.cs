using Hybrid.Primitives;

namespace Hybrid.Storage.Media;

/// <summary>What was uploaded under a media ID. The bytes are a file named by their hash; equal uploads share it.</summary>
/// <param name="Sha256">The hash of the bytes, in lower-case hex.</param>
/// <param name="Length">In bytes.</param>
/// <param name="ContentType">As the uploader said, or <c>application/octet-stream</c>.</param>
/// <param name="FileName">As the uploader said.</param>
/// <param name="UploadedTs">In milliseconds since the Unix epoch.</param>
/// <param name="IsPublic">Uploaded while the deprecated endpoints served new media without a token.</param>
public sealed record MediaContent(string Sha256, long Length, string ContentType, string? FileName, long UploadedTs, bool IsPublic)
{
    /// <summary>The administrator who withdrew these bytes, under whatever ID; null when they may be served.</summary>
    public UserId? QuarantinedBy { get; init; }
}

/// <summary>A media ID of this server.</summary>
/// <param name="Id">The ID.</param>
/// <param name="Owner">Who made it.</param>
/// <param name="CreatedTs">In milliseconds since the Unix epoch.</param>
/// <param name="ExpiresTs">When the ID is lost if nothing was uploaded by then; null for one that was made by its upload.</param>
/// <param name="Content">Null until the upload is complete.</param>
public sealed record MediaRecord(MediaId Id, UserId Owner, long CreatedTs, long? ExpiresTs, MediaContent? Content)
{
    /// <summary>Whether the ID was never filled and its time is over.</summary>
    public bool IsExpired(long nowTs) => Content is null && ExpiresTs <= nowTs;
}

/// <summary>How giving content to a media ID ended.</summary>
public enum MediaFilling
{
    Filled,

    /// <summary>There is no such ID, or no longer.</summary>
    Unknown,

    /// <summary>Someone else made the ID.</summary>
    NotOwner,

    /// <summary>It has content already.</summary>
    AlreadyFilled,

    /// <summary>The owner's stored bytes would exceed the quota.</summary>
    QuotaExceeded,
}
