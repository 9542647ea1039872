using System.Diagnostics;
using System.Globalization;
using Hybrid.Bench;
using Hybrid.Bench.Rooms;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.RoomSizeBench;

// What a room costs on disk: Hybrid.RoomSizeBench [members] [changes of other state] [messages] [postgres://… of an empty database]
int Number(int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
var (members, changes, messages) = (Number(0, 10_000), Number(1, 10_000), Number(2, 80_000));

await using var store = BenchStore.Open(args.Length > 3 ? args[3] : null);
using var key = SigningKey.Generate("1");
await using var services = LargeRoom.BuildServices(new ServerIdentity(ServerName.Parse("bench.example.org"), key), store.AddTo);

var clock = Stopwatch.StartNew();
var room = await LargeRoom.CreateAsync(services);
await room.JoinAsync(members);
await room.ChangeStateAsync(changes, keys: 1000);
var state = await store.StateBytesAsync(services);
await room.SayAsync(messages, members);
var total = await store.TotalBytesAsync(services);
var events = members + changes + messages;
var perStateEvent = await store.StateBytesAsync(services) / (double)(members + changes);
if (await store.StateBytesAsync(services) != state && store.Name == "SQLite")
    throw new InvalidOperationException("Messages have added to the state maps.");

Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"| {store.Name} | {members} | {events} | {members + changes} | {total / 1e6:0.0} MB | {total / (double)events:0} B | {perStateEvent:0} B | {events / clock.Elapsed.TotalSeconds:0}/s |"));
if (BenchmarkSummary.FindRepository() is { } repository)
{
    BenchmarkSummary.Write(repository,
    [
        SummaryRow.Of($"room of {members} members and {events} events on {store.Name}, whole database", "MB", total / 1e6, null, null),
        SummaryRow.Of($"state maps of that room on {store.Name}, per state event", "B", perStateEvent, null, null),
    ]);
}
