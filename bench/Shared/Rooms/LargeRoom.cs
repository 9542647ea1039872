using System.Globalization;
using System.Text;
using Hybrid.Primitives;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;

namespace Hybrid.RoomSizeBench;

/// <summary>Fills one room through the room engine: every event is signed, authorized and stored as a client's would be.</summary>
sealed class LargeRoom(RoomCreation creation, MembershipChanges memberships, EventSending sending)
{
    // As many requests as wait for each other in a busy room.
    const int AtOnce = 64;

    static readonly UserId Creator = User(0);

    RoomId _room;

    public static UserId User(int number) => UserId.Parse($"@member{number.ToString(CultureInfo.InvariantCulture)}:bench.example.org");

    public async Task CreateAsync() =>
        _room = (await creation.CreateAsync(new RoomCreationTerms(Creator, "12", RoomPreset.PublicChat) { Name = "A large room" }, default)).Value;

    /// <summary>Lets members join, each with a display name.</summary>
    public Task JoinAsync(int count) => RepeatAsync(count, async number =>
        Check((await memberships.JoinAsync(_room, User(number + 1), MembershipTerms.None, default)).Error));

    /// <summary>State events whose values change, over a thousand keys.</summary>
    public Task ChangeStateAsync(int count) => RepeatAsync(count, async number =>
    {
        var content = Encoding.UTF8.GetBytes($$"""{"value":"setting number {{number}} of the room"}""");
        var key = (number % 1000).ToString(CultureInfo.InvariantCulture);
        Check((await sending.SendAsync(_room, new EventProposal("org.example.setting", Creator, content) { StateKey = key }, default)).Error);
    });

    public Task SayAsync(int count, int members) => RepeatAsync(count, async number =>
    {
        var content = Encoding.UTF8.GetBytes($$"""{"body":"Message number {{number}}, as long as people write them on the average.","msgtype":"m.text"}""");
        Check((await sending.SendAsync(_room, new EventProposal("m.room.message", User(number % members), content), default)).Error);
    });

    static async Task RepeatAsync(int count, Func<int, Task> work)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            for (int number; (number = Interlocked.Increment(ref next)) < count;)
                await work(number);
        })));
    }

    static void Check(MatrixError? error)
    {
        if (error is not null)
            throw new InvalidOperationException(error.Message);
    }
}

/// <summary>A display name as long as people's.</summary>
sealed class BenchProfiles : IMemberProfiles
{
    public ValueTask<MemberProfile> FindAsync(UserId userId, CancellationToken cancellationToken) =>
        new(new MemberProfile($"Member {userId.Localpart}", "mxc://bench.example.org/AAAAAAAAAAAAAAAAAAAAAAAA"));
}
