using Hybrid.Primitives;
using static Hybrid.Sync.Tests.SyncServer;

namespace Hybrid.Sync.Tests;

/// <summary>That a connection which is told only what changed ends up with what a new one is shown.</summary>
public sealed class SlidingMoveTests : IDisposable
{
    const string Lists =
        """
        {"conn_id":"$NAME","lists":{
         "top":{"ranges":[[0,2]],"timeline_limit":1,"required_state":[["m.room.topic",""]]},
         "split":{"ranges":[[1,1],[4,5]],"timeline_limit":2,"required_state":[]},
         "tagged":{"ranges":[[0,1]],"timeline_limit":1,"required_state":[],"filters":{"not_tags":["u.hidden"]}},
         "encrypted":{"ranges":[[0,1]],"timeline_limit":1,"required_state":[["m.room.encryption",""]],"filters":{"is_encrypted":true,"is_dm":false}}},
         "extensions":{"receipts":{"enabled":true,"lists":["top"]},"typing":{"enabled":true},"account_data":{"enabled":true}}}
        """;

    readonly SyncServer _server = new();
    readonly Dictionary<string, string> _latest = [];
    readonly Dictionary<string, int> _counts = [];

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task It_has_what_a_new_connection_is_shown(int seed)
    {
        var random = new Random(seed);
        var rooms = new List<RoomId>();
        for (var i = 0; i < 8; i++)
            rooms.Add(await _server.CreateRoomAsync(Alice, Bob));
        await _server.StoreAsync(Bob, "m.direct", $$"""{"{{Alice}}":["{{rooms[0]}}"]}""");
        var pos = await FollowAsync(null);

        for (var step = 0; step < 60; step++)
        {
            for (var i = random.Next(3); i >= 0; i--)
                await ActAsync(rooms, random);
            pos = await FollowAsync(pos);

            var fresh = await _server.SlideAsync(Bob, Lists.Replace("$NAME", $"fresh{step}", StringComparison.Ordinal));
            foreach (var room in fresh.Rooms.Where(room => fresh.Events(RoomId.Parse(room), "timeline").Count > 0))
                Assert.Equal((step, room, Latest(fresh, room)), (step, room, _latest.GetValueOrDefault(room)));
            foreach (var list in (string[])["top", "split", "tagged", "encrypted"])
                Assert.Equal((step, list, fresh.Count(list)), (step, list, _counts[list]));
        }
    }

    async Task<string> FollowAsync(string? pos)
    {
        var answer = await _server.SlideAsync(Bob, Lists.Replace("$NAME", "same", StringComparison.Ordinal), pos);
        foreach (var room in answer.Rooms.Where(room => answer.Events(RoomId.Parse(room), "timeline").Count > 0))
            _latest[room] = Latest(answer, room);
        foreach (var list in (string[])["top", "split", "tagged", "encrypted"])
            _counts[list] = answer.Count(list);
        return answer.Pos;
    }

    async Task ActAsync(List<RoomId> rooms, Random random)
    {
        var room = rooms[random.Next(rooms.Count)];
        switch (random.Next(10))
        {
            case 0:
                await _server.SendAsync(room, Alice, "m.room.encryption", """{"algorithm":"m.megolm.v1.aes-sha2"}""", "");
                break;
            case 1:
                await _server.SendAsync(room, Alice, "m.room.topic", $$"""{"topic":"{{random.Next()}}"}""", "");
                break;
            case 2:
                await _server.StoreAsync(Bob, "m.tag", random.Next(2) == 0 ? """{"tags":{"u.hidden":{}}}""" : "{}", room);
                break;
            case 3:
                rooms.Add(await _server.CreateRoomAsync(Alice, Bob));
                break;
            case 4:
                await _server.LeaveAsync(room, Bob);
                await _server.SayAsync(room, Alice, "behind your back");
                await _server.JoinAsync(room, Bob);
                break;
            default:
                await _server.SayAsync(room, Alice, $"{random.Next()}");
                break;
        }
    }

    static string Latest(SlidingAnswer answer, string room) => answer.Events(RoomId.Parse(room), "timeline")[^1].GetProperty("event_id").GetString()!;
}
