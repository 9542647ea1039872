using System.Globalization;
using System.Text;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;
using Hybrid.Storage.Sqlite;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationBench;

/// <summary>A large room, made by the room engine in the database of a server that is going to start on it.</summary>
static class LargeRoom
{
    // As many requests as wait for each other in a busy room.
    const int AtOnce = 64;

    /// <summary>Makes the room and the server's signing key; every event is signed, authorized and stored as a client's would be.</summary>
    /// <param name="server">Whose room and members they are.</param>
    /// <param name="dataFolder">The server's data folder.</param>
    /// <param name="members">How many join.</param>
    /// <param name="settings">How many other state events there are, each with a state key of its own.</param>
    public static async Task<RoomId> CreateAsync(ServerName server, string dataFolder, int members, int settings)
    {
        using var key = SigningKey.Generate("bench");
        await File.WriteAllTextAsync(Path.Combine(dataFolder, "signing.key"), $"ed25519 bench {Convert.ToBase64String(key.ExportSeed()).TrimEnd('=')}\n");
        await using var provider = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton<StreamHub>()
            .AddSingleton(new ServerIdentity(server, key))
            .AddSingleton<IMemberProfiles, BenchProfiles>()
            .AddRooms()
            .AddSingleton(services => SqliteDatabase.Open(Path.Combine(dataFolder, "hybrid.db"), services.GetRequiredService<StreamHub>()))
            .AddSqliteStores()
            .BuildServiceProvider();
        var creator = User(server, 0);
        var room = (await provider.GetRequiredService<RoomCreation>().CreateAsync(
            new RoomCreationTerms(creator, "12", RoomPreset.PublicChat) { Name = "A large room" }, default)).Value;
        var memberships = provider.GetRequiredService<MembershipChanges>();
        await RepeatAsync(members - 1, async number => Check((await memberships.JoinAsync(room, User(server, number + 1), MembershipTerms.None, default)).Error));
        var sending = provider.GetRequiredService<EventSending>();
        await RepeatAsync(settings, async number =>
        {
            var content = Encoding.UTF8.GetBytes($$"""{"value":"setting number {{number}} of the room"}""");
            var proposal = new EventProposal("org.example.setting", creator, content) { StateKey = number.ToString(CultureInfo.InvariantCulture) };
            Check((await sending.SendAsync(room, proposal, default)).Error);
        });
        return room;
    }

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
