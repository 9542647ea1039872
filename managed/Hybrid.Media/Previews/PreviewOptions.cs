namespace Hybrid.Media.Previews;

/// <summary>How pages are previewed.</summary>
public sealed record PreviewOptions
{
    /// <summary>Whether they are at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether pages may be at private addresses.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>How much of a page is read, in bytes; what says something about it stands at its beginning.</summary>
    public int MaxPageBytes { get; init; } = 1024 * 1024;

    /// <summary>The largest image, in bytes.</summary>
    public int MaxImageBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>How long a page may take, and its image once more.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many times a page may lead elsewhere.</summary>
    public int MaxRedirects { get; init; } = 5;

    /// <summary>How many pages are looked at at a time.</summary>
    public int MaxAtATime { get; init; } = 8;

    /// <summary>How many requests may wait for that before others are told to come back.</summary>
    public int MaxWaiting { get; init; } = 100;

    /// <summary>How long a preview is good.</summary>
    public TimeSpan Freshness { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a page that could not be read is not tried again.</summary>
    public TimeSpan FailureFreshness { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a preview is kept, and with it its image.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The most previews that are kept.</summary>
    public int MaxKept { get; init; } = 20_000;
}
