using System.Diagnostics;
using System.Globalization;
using Hybrid.Bench;
using Hybrid.FanOutBench;
using Hybrid.Federation.Outbound;
using Hybrid.Federation.Requests;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Storage.Sqlite;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

// What an event costs for each server that it is sent to: Hybrid.FanOutBench [servers] [events]
int Number(int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
var (servers, events) = (Number(0, 1000), Number(1, 200));
var alice = UserId.Parse("@alice:bench.example.org");
var folder = Directory.CreateTempSubdirectory("hybrid-fan-out-").FullName;
using var key = SigningKey.Generate("1");
var hub = new StreamHub();
var peers = new CountingPeers();
var database = SqliteDatabase.Open(Path.Combine(folder, "hybrid.db"), hub);
var services = new ServiceCollection()
    .AddLogging()
    .AddSingleton(TimeProvider.System)
    .AddSingleton(hub)
    .AddSingleton(database)
    .AddSqliteStores()
    .AddSingleton(new ServerIdentity(alice.Server, key))
    .AddSingleton<IMemberProfiles, NoProfiles>()
    .AddRooms()
    .RemoveAll<IHostedService>()
    .AddSingleton<IFederationClient>(peers)
    .AddSingleton<IDestinationHealth>(peers)
    .AddOutbound();
var provider = services.BuildServiceProvider();

var created = await provider.GetRequiredService<RoomCreation>().CreateAsync(new RoomCreationTerms(alice, "12", RoomPreset.PublicChat), default);
var room = (await provider.GetRequiredService<RoomRegistry>().FindAsync(created.Value, default))!;
for (var i = 0; i < servers; i++)
{
    var user = UserId.Parse(string.Create(CultureInfo.InvariantCulture, $"@user:s{i}.example.org"));
    await provider.GetRequiredService<MembershipChanges>().JoinAsync(room.RoomId, user, MembershipTerms.None, default);
}

foreach (var service in provider.GetServices<IHostedService>())
    await service.StartAsync(default);
await SayAsync(20);
var (cpu, allocated) = (Process.GetCurrentProcess().TotalProcessorTime, GC.GetTotalAllocatedBytes());
var clock = Stopwatch.StartNew();
await SayAsync(events);
var perServer = (double)servers * events;
var microseconds = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMicroseconds / perServer;
var bytes = (GC.GetTotalAllocatedBytes() - allocated) / perServer;
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"| {servers} servers | {microseconds:0.0} µs CPU | {bytes:0} B | {clock.Elapsed.TotalMilliseconds / events:0.0} ms until the last has it |"));
if (BenchmarkSummary.FindRepository() is { } repository)
    BenchmarkSummary.Write(repository, [SummaryRow.Of($"event to {servers} servers, per server, without signature and network", "µs", microseconds, null, null)]);

foreach (var service in provider.GetServices<IHostedService>().Reverse())
    await service.StopAsync(default);
await provider.DisposeAsync();
database.Dispose();
Directory.Delete(folder, recursive: true);

// One after the other: each is on its way to all before the next is said.
async Task SayAsync(int count)
{
    for (var i = 0; i < count; i++)
    {
        var all = peers.AwaitAsync(servers);
        await room.ChangeAsync(
            (draft, _) => ValueTask.FromResult(draft.Add(new EventProposal("m.room.message", alice, """{"msgtype":"m.text","body":"hello"}"""u8.ToArray()))),
            default);
        await all;
    }
}

/// <summary>Nobody has a name or a picture.</summary>
sealed class NoProfiles : IMemberProfiles
{
    public ValueTask<MemberProfile> FindAsync(UserId userId, CancellationToken cancellationToken) => new(MemberProfile.None);
}
