using Hybrid.Primitives;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Reports;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Reports;

/// <summary>Takes reports of events, rooms and users for the operators (specification, "Reporting Content").</summary>
public sealed class ContentReports(
    IReportStore reports, RoomRegistry rooms, IRoomStore events, EventVisibility visibility, IAccountStore accounts, IMembershipStore memberships,
    ServerIdentity identity, TimeProvider time)
{
    /// <summary>Reports an event; <c>M_NOT_FOUND</c> unless the reporter is in its room and can see it unredacted.</summary>
    public async ValueTask<Result<Done>> ReportEventAsync(
        UserId reporter, RoomId roomId, EventId eventId, string? reason, long? score, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room || !room.Current.IsJoined(reporter)
            || await events.FindEventAsync(eventId, cancellationToken) is not { RedactedBy: null } reported || reported.RoomId != roomId
            || !await visibility.CanSeeAsync(room.Current, reported, reporter, cancellationToken))
        {
            return MatrixError.NotFound("The event was not found, or you are not in its room.");
        }

        return await AddAsync(
            New(ReportKind.Event, reporter, reason) with { RoomId = roomId, EventId = eventId, Subject = reported.Sender, Score = score }, cancellationToken);
    }

    /// <summary>Reports a room, which the reporter need not be in; <c>M_NOT_FOUND</c> for an unknown one.</summary>
    public async ValueTask<Result<Done>> ReportRoomAsync(UserId reporter, RoomId roomId, string reason, CancellationToken cancellationToken) =>
        await rooms.FindAsync(roomId, cancellationToken) is null
            ? MatrixError.NotFound("The room was not found.")
            : await AddAsync(New(ReportKind.Room, reporter, reason) with { RoomId = roomId }, cancellationToken);

    /// <summary>Reports a user, whom the reporter need not share a room with; <c>M_NOT_FOUND</c> for an unknown one.</summary>
    public async ValueTask<Result<Done>> ReportUserAsync(UserId reporter, UserId subject, string reason, CancellationToken cancellationToken)
    {
        var isKnown = subject.Server == identity.Name
            ? await accounts.FindAsync(subject, cancellationToken) is not null
            : (await memberships.ReadMembershipsAsync(subject, cancellationToken)).Count > 0;
        return isKnown
            ? await AddAsync(New(ReportKind.User, reporter, reason) with { Subject = subject }, cancellationToken)
            : MatrixError.NotFound("The user was not found.");
    }

    Report New(ReportKind kind, UserId reporter, string? reason) => new(kind, reporter, time.GetUtcNow()) { Reason = reason };

    async ValueTask<Result<Done>> AddAsync(Report report, CancellationToken cancellationToken)
    {
        await reports.AddAsync(report, cancellationToken);
        return default(Done);
    }
}
