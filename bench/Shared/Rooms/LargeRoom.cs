using System.Globalization;
using System.Text;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Bench.Rooms;

/// <summary>A room that the room engine fills: every event is signed, authorized and stored as a client's would be.</summary>
sealed class LargeRoom
{
    // As many requests as wait for each other in a busy room.
    const int AtOnce = 64;

    readonly ServerName _server;
    readonly MembershipChanges _memberships;
    readonly EventSending _sending;

    LargeRoom(IServiceProvider services, RoomId roomId)
    {
        _server = services.GetRequiredService<ServerIdentity>().Name;
        _memberships = services.GetRequiredService<MembershipChanges>();
        _sending = services.GetRequiredService<EventSending>();
        RoomId = roomId;
    }

    public RoomId RoomId { get; }

    /// <summary>The room engine over an engine's stores.</summary>
    public static ServiceProvider BuildServices(ServerIdentity identity, Action<IServiceCollection> addStores)
    {
        var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton<StreamHub>()
            .AddSingleton(identity)
            .AddSingleton<IMemberProfiles, BenchProfiles>()
            .AddRooms();
        addStores(services);
        return services.BuildServiceProvider();
    }

    /// <summary>A public room with nobody in it but its creator.</summary>
    public static async Task<LargeRoom> CreateAsync(IServiceProvider services)
    {
        var terms = new RoomCreationTerms(User(services.GetRequiredService<ServerIdentity>().Name, 0), "12", RoomPreset.PublicChat) { Name = "A large room" };
        return new LargeRoom(services, (await services.GetRequiredService<RoomCreation>().CreateAsync(terms, default)).Value);
    }

    /// <summary>Lets members join, each with a display name.</summary>
    public Task JoinAsync(int count) => RepeatAsync(count, async number =>
        Check((await _memberships.JoinAsync(RoomId, User(number + 1), MembershipTerms.None, default)).Error));

    /// <summary>State events, over so many keys: the values of those that come up again change.</summary>
    public Task ChangeStateAsync(int count, int keys) => RepeatAsync(count, number =>
    {
        var content = Encoding.UTF8.GetBytes($$"""{"value":"setting number {{number}} of the room"}""");
        return SendAsync(new EventProposal("org.example.setting", User(0), content) { StateKey = (number % keys).ToString(CultureInfo.InvariantCulture) });
    });

    /// <summary>Messages of members in turn.</summary>
    public Task SayAsync(int count, int members) => RepeatAsync(count, number =>
    {
        var content = Encoding.UTF8.GetBytes($$"""{"body":"Message number {{number}}, as long as people write them on the average.","msgtype":"m.text"}""");
        return SendAsync(new EventProposal("m.room.message", User(number % members), content));
    });

    async Task SendAsync(EventProposal proposal) => Check((await _sending.SendAsync(RoomId, proposal, default)).Error);

    UserId User(int number) => User(_server, number);

    static UserId User(ServerName server, int number) => UserId.Parse($"@member{number.ToString(CultureInfo.InvariantCulture)}:{server}");

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

    /// <summary>A display name as long as people's.</summary>
    sealed class BenchProfiles : IMemberProfiles
    {
        public ValueTask<MemberProfile> FindAsync(UserId userId, CancellationToken cancellationToken) =>
            new(new MemberProfile($"Member {userId.Localpart}", "mxc://bench.example.org/AAAAAAAAAAAAAAAAAAAAAAAA"));
    }
}
