using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;
using Hybrid.Storage.Jobs;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Maintenance;

/// <summary>
/// Deletes rooms: local members leave, to a new room if they are to have one; aliases and the place in the directory go, the room is closed, and
/// then its rows go. Each step looks at what is left, so that a deletion goes on wherever it was interrupted.
/// </summary>
public sealed class RoomDeletions(
    RoomRegistry rooms, IRoomRemovalStore store, IAliasStore aliases, MembershipChanges memberships, MembershipIndex index,
    NewRooms newRooms, ServerIdentity identity, IEnumerable<IRoomRemovalObserver> observers) : IJobWorker
{
    /// <summary>The kind of these jobs.</summary>
    public const string JobKind = "delete_room";

    const int MembersPerStep = 50;
    const int RowsPerStep = 500;

    public string Kind => JobKind;

    /// <summary>What a job has to be told.</summary>
    public static string Arguments(DeletionTerms terms) => JsonSerializer.Serialize(terms, MaintenanceJson.Default.DeletionTerms);

    /// <summary>What came of a job of this kind so far.</summary>
    public static DeletionProgress ProgressOf(Job job) =>
        job.Checkpoint is { } json ? JsonSerializer.Deserialize(json, MaintenanceJson.Default.DeletionProgress)! : DeletionProgress.None;

    public async ValueTask<Job> StepAsync(Job job, CancellationToken cancellationToken)
    {
        var terms = JsonSerializer.Deserialize(job.Arguments, MaintenanceJson.Default.DeletionTerms)!;
        var progress = ProgressOf(job);
        if (await rooms.FindAsync(job.RoomId!.Value, cancellationToken) is not { } room)
            return await RemoveRowsAsync(job, cancellationToken);
        if (terms.NewRoom is { } wanted && progress.NewRoomId is null)
            return With(job, progress with { NewRoomId = await newRooms.CreateAsync(wanted, room.Current.Version, cancellationToken) });

        var members = MembersOf(room.Current, progress).Take(MembersPerStep).ToList();
        if (members.Count > 0)
            return With(job, await EmptyAsync(room, members, terms, progress, cancellationToken)) with { Progress = job.Progress + members.Count };

        // Written down before they go: who moves them after a kill must know them.
        var named = (await aliases.ReadByRoomAsync(room.RoomId, cancellationToken)).Select(static entry => entry.Alias).Except(progress.LocalAliases).ToList();
        if (named.Count > 0)
            return With(job, progress with { LocalAliases = [.. progress.LocalAliases, .. named] });

        await WithdrawAsync(room, terms, progress, cancellationToken);
        if (!terms.Purge)
            return With(job, progress) with { Status = JobStatus.Complete };
        if (!await room.TryCloseAsync(current => MarkAsync(current, progress)))
            return With(job, progress);

        rooms.Remove(room.RoomId);
        foreach (var observer in observers)
            await observer.DeletedAsync(room.RoomId);
        return With(job, progress with { IsClosed = true });
    }

    static Job With(Job job, DeletionProgress progress) =>
        job with { Checkpoint = JsonSerializer.Serialize(progress, MaintenanceJson.Default.DeletionProgress) };

    /// <summary>Local users who have something to leave, without those who could not.</summary>
    IEnumerable<UserId> MembersOf(RoomSnapshot room, DeletionProgress progress)
    {
        foreach (var stored in room.State.Values)
        {
            if (stored is { Type: "m.room.member", Membership: "join" or "invite" or "knock" } && UserId.TryParse(stored.StateKey, out var user)
                && user.Server == identity.Name && !progress.FailedToKickUsers.Contains(user))
            {
                yield return user;
            }
        }
    }

    async ValueTask<DeletionProgress> EmptyAsync(
        Room room, List<UserId> members, DeletionTerms terms, DeletionProgress progress, CancellationToken cancellationToken)
    {
        var kicked = new List<UserId>();
        var failed = new List<UserId>();
        foreach (var member in members)
        {
            // Before they leave, so that nobody is lost by a kill in between.
            if (progress.NewRoomId is { } newRoom && room.Current.IsJoined(member))
                await memberships.JoinAsync(newRoom, member, MembershipTerms.None, cancellationToken);
            var left = await memberships.LeaveAsync(room.RoomId, member, new MembershipTerms(terms.Reason), cancellationToken);
            // Who has left meanwhile need not.
            if (left.Error is null)
                kicked.Add(member);
            else if (room.Current.MembershipOf(member) is "join" or "invite" or "knock")
                failed.Add(member);
        }

        return progress with { KickedUsers = [.. progress.KickedUsers, .. kicked], FailedToKickUsers = [.. progress.FailedToKickUsers, .. failed] };
    }

    async ValueTask WithdrawAsync(Room room, DeletionTerms terms, DeletionProgress progress, CancellationToken cancellationToken)
    {
        await aliases.SetPublicAsync(room.RoomId, false, cancellationToken);
        await aliases.RemoveFromNetworksAsync(room.RoomId, cancellationToken);
        foreach (var alias in progress.LocalAliases)
        {
            if (await aliases.FindAsync(alias, cancellationToken) is { } found && found.RoomId == room.RoomId)
                await aliases.RemoveAsync(alias, cancellationToken);
            if (progress.NewRoomId is { } newRoom)
                await aliases.TryAddAsync(new AliasRecord(alias, newRoom, terms.NewRoom!.Creator), cancellationToken);
        }
    }

    // Somebody may have come in since the last one left.
    async ValueTask<bool> MarkAsync(RoomSnapshot room, DeletionProgress progress)
    {
        if (MembersOf(room, progress).Any())
            return false;

        await store.MarkDeletedAsync(room.RoomId, CancellationToken.None);
        return true;
    }

    async ValueTask<Job> RemoveRowsAsync(Job job, CancellationToken cancellationToken)
    {
        var step = await store.RemoveRowsAsync(job.RoomId!.Value, RowsPerStep, cancellationToken);
        foreach (var member in step.Members)
            index.Invalidate(member);
        return job with { Progress = job.Progress + step.Removed, Status = step.IsComplete ? JobStatus.Complete : JobStatus.Active };
    }
}
