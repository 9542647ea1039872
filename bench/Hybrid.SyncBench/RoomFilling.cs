using System.Text;
using Hybrid.Primitives;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.SyncBench;

/// <summary>Fills a server with rooms as people have them, through the room engine.</summary>
static class RoomFilling
{
    const int Members = 4;
    const int Messages = 40;
    const int AtOnce = 32;

    /// <summary>The reader of so many rooms, who has no other.</summary>
    public static UserId Reader(int rooms) => UserId.Parse($"@reader{rooms}:bench.example.org");

    public static async Task FillAsync(BenchServer server, int rooms)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            for (int number; (number = Interlocked.Increment(ref next)) < rooms;)
                await FillRoomAsync(server.Services, Reader(rooms), rooms, number);
        })));
    }

    static async Task FillRoomAsync(IServiceProvider services, UserId reader, int rooms, int number)
    {
        var members = Enumerable.Range(0, Members).Select(i => UserId.Parse($"@member{rooms}-{number}-{i}:bench.example.org")).ToList();
        var terms = new RoomCreationTerms(members[0], "12", RoomPreset.PublicChat) { Name = $"Room number {number}", Topic = "What it is about" };
        var room = (await services.GetRequiredService<RoomCreation>().CreateAsync(terms, default)).Value;
        foreach (var member in members.Skip(1).Append(reader))
            Check((await services.GetRequiredService<MembershipChanges>().JoinAsync(room, member, MembershipTerms.None, default)).Error);
        for (var i = 0; i < Messages; i++)
        {
            var content = Encoding.UTF8.GetBytes($$"""{"body":"Message number {{i}}, as long as people write them on the average.","msgtype":"m.text"}""");
            Check((await services.GetRequiredService<EventSending>().SendAsync(
                room, new EventProposal("m.room.message", members[i % Members], content), default)).Error);
        }
    }

    static void Check(MatrixError? error)
    {
        if (error is not null)
            throw new InvalidOperationException(error.Message);
    }
}
