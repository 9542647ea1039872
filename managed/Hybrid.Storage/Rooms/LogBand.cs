namespace Hybrid.Storage.Rooms;

/// <summary>
/// What the position of a stored event says. Above zero: it is in the log, which readers follow. From zero down to
/// <see cref="Aside"/>: history that was fetched later, the newest first, in the timeline of its room but never published. From
/// <see cref="Aside"/> down: events that no timeline has, which are outliers, soft-failed or rejected.
/// </summary>
public static class LogBand
{
    /// <summary>Events at this position and below are in no timeline.</summary>
    public const long Aside = -(1L << 52);
}
