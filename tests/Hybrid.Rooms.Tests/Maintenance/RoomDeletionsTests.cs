using Hybrid.Primitives;
using Hybrid.Rooms.Maintenance;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;
using Hybrid.Storage.Jobs;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Rooms.Tests.Maintenance;

public sealed class RoomDeletionsTests
{
    static readonly RoomAlias Alias = RoomAlias.Parse("#room:hybrid.test");

    [Fact]
    public async Task A_deletion_finishes_wherever_it_was_killed()
    {
        var killedLast = false;
        for (var steps = 1; !killedLast; steps++)
        {
            using var server = new RoomServer();
            var room = await server.CreateRoomAsync(Bob, Carol);
            await RoomServer.SayAsync(room, 40);
            var job = await ScheduleAsync(server, room);
            var done = job;
            for (var i = 0; i < steps && !done.IsFinished; i++)
            {
                // The kill comes before the last step is written down.
                await server.Test.Jobs.UpdateAsync(done, default);
                done = await server.Worker(job.Kind).StepAsync(done, default);
            }

            killedLast = done.IsFinished;
            server.Restart();
            var finished = await server.FinishAsync(job.Id);

            Assert.Equal(JobStatus.Complete, finished.Status);
            Assert.Null(await server.Get<RoomRegistry>().FindAsync(room.RoomId, default));
            Assert.Equal(0, await server.Test.ReadIntegerAsync("SELECT COUNT(*) FROM events"));
            Assert.Equal(0, await server.Test.ReadIntegerAsync("SELECT COUNT(*) FROM rooms"));
            Assert.Equal(0, await server.Test.ReadIntegerAsync("SELECT COUNT(*) FROM state_nodes"));
            Assert.Null(await server.Test.Aliases.FindAsync(Alias, default));
            foreach (var user in (UserId[])[Alice, Bob, Carol])
                Assert.Equal("leave", (await server.Get<MembershipIndex>().OfAsync(user, default))[room.RoomId].Membership);
        }
    }

    [Fact]
    public async Task Members_are_made_to_leave_with_the_reason_and_named()
    {
        using var server = new RoomServer();
        var room = await server.CreateRoomAsync(Bob);
        Assert.Null((await server.Get<MembershipChanges>().InviteAsync(room.RoomId, Alice, Carol, MembershipTerms.None, default)).Error);
        var job = await server.Jobs.ScheduleAsync(
            RoomDeletions.JobKind, room.RoomId, RoomDeletions.Arguments(new DeletionTerms(Purge: false, "closed for good")), default);

        var done = await server.FinishAsync(job.Id);

        Assert.Equal([Alice, Bob, Carol], RoomDeletions.ProgressOf(done).KickedUsers.Order());
        Assert.Equal([Alias], RoomDeletions.ProgressOf(done).LocalAliases);
        Assert.Equal("closed for good", room.Current.Find("m.room.member", Bob.Value)!.ContentString("reason"));
        Assert.NotNull(await server.Get<RoomRegistry>().FindAsync(room.RoomId, default));
        Assert.False(await server.Test.Aliases.IsPublicAsync(room.RoomId, default));
    }

    [Fact]
    public async Task Changes_of_a_room_that_was_deleted_meanwhile_are_not_found()
    {
        using var server = new RoomServer();
        var room = await server.CreateRoomAsync();
        var index = server.Get<MembershipIndex>();
        Assert.Equal("join", (await index.OfAsync(Alice, default))[room.RoomId].Membership);
        await server.FinishAsync((await ScheduleAsync(server, room)).Id);

        var late = await room.ChangeAsync<Done>((_, _) => throw new InvalidOperationException("It must not be run."), default);

        Assert.Equal("M_NOT_FOUND", late.Error?.Code);
        Assert.Null(await server.Get<RoomRegistry>().FindAsync(room.RoomId, default));
    }

    [Fact]
    public async Task A_blocked_room_cannot_be_joined_knocked_at_or_invited_to()
    {
        using var server = new RoomServer();
        var room = await server.CreateRoomAsync();
        await server.Test.BlockedRooms.BlockAsync(room.RoomId, Carol, default);
        var memberships = server.Get<MembershipChanges>();

        Assert.Equal("M_FORBIDDEN", (await memberships.JoinAsync(room.RoomId, Bob, MembershipTerms.None, default)).Error?.Code);
        Assert.Equal("M_FORBIDDEN", (await memberships.KnockAsync(room.RoomId, Bob, MembershipTerms.None, default)).Error?.Code);
        Assert.Equal("M_FORBIDDEN", (await memberships.InviteAsync(room.RoomId, Alice, Bob, MembershipTerms.None, default)).Error?.Code);
        await server.Test.BlockedRooms.UnblockAsync(room.RoomId, default);
        Assert.Null((await memberships.JoinAsync(room.RoomId, Bob, MembershipTerms.None, default)).Error);
    }

    static async Task<Job> ScheduleAsync(RoomServer server, Room room) => await server.Jobs.ScheduleAsync(
        RoomDeletions.JobKind, room.RoomId, RoomDeletions.Arguments(new DeletionTerms(Purge: true, null)), default);
}
