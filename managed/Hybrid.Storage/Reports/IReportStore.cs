using Hybrid.Primitives;

namespace Hybrid.Storage.Reports;

/// <summary>What is reported.</summary>
public enum ReportKind
{
    Event = 0,
    Room = 1,
    User = 2,
}

/// <summary>What somebody tells the operators about.</summary>
/// <param name="Kind">What is reported.</param>
/// <param name="Reporter">Who reports it.</param>
/// <param name="ReceivedAt">When.</param>
public sealed record Report(ReportKind Kind, UserId Reporter, DateTimeOffset ReceivedAt)
{
    /// <summary>Names it to operators; 0 until stored.</summary>
    public long Id { get; init; }

    /// <summary>Of an event, where it is; of a room, that one.</summary>
    public RoomId? RoomId { get; init; }

    public EventId? EventId { get; init; }

    /// <summary>Of an event, who sent it; of a user, that one.</summary>
    public UserId? Subject { get; init; }

    public string? Reason { get; init; }

    /// <summary>From -100, most offensive, to 0; older clients say it about events.</summary>
    public long? Score { get; init; }
}

/// <summary>Which reports of a kind are wanted; null for any.</summary>
public sealed record ReportQuery(ReportKind Kind, int From, int Limit, bool OldestFirst)
{
    public UserId? Reporter { get; init; }

    public RoomId? RoomId { get; init; }

    public UserId? Subject { get; init; }
}

/// <summary>A page of reports, and how many there are on all pages.</summary>
public sealed record ReportPage(IReadOnlyList<Report> Reports, long Total);

/// <summary>The queue of reports that operators read (specification, "Reporting Content"). It is bounded: old reports make way for new ones.</summary>
public interface IReportStore
{
    /// <summary>How many reports of one reporter are kept.</summary>
    const int MaxPerReporter = 1000;

    /// <summary>How many reports are kept.</summary>
    const int MaxTotal = 100_000;

    /// <summary>Adds a report. Where there are too many then, the oldest of the reporter, or the oldest of all, goes.</summary>
    ValueTask AddAsync(Report report, CancellationToken cancellationToken);

    ValueTask<Report?> FindAsync(ReportKind kind, long id, CancellationToken cancellationToken);

    ValueTask<ReportPage> ReadAsync(ReportQuery query, CancellationToken cancellationToken);

    /// <summary>Deletes a report; false when there is none.</summary>
    ValueTask<bool> RemoveAsync(ReportKind kind, long id, CancellationToken cancellationToken);
}
