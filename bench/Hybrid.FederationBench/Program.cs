using System.Globalization;
using Hybrid.Bench;
using Hybrid.FederationBench;
using Hybrid.Tests.Shared;

// Two servers on this machine: Hybrid.FederationBench [members] [other state events] [seconds of sending] [path of hybrid]
int Number(int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
var (members, settings, seconds) = (Number(0, 10_000), Number(1, 50_000), Number(2, 20));
var repository = BenchmarkSummary.FindRepository();
var program = args.Length > 3 ? Path.GetFullPath(args[3]) : Path.Combine(repository ?? ".", "artifacts", "bin", "hybrid");
const int Rooms = 20;

using var certificates = new TestCertificates();
await using var sender = new FederatedProcess(program, certificates);
await using var receiver = new FederatedProcess(program, certificates);
var room = await LargeRoom.CreateAsync(sender.Name, sender.DataFolder, members, settings);
await sender.StartAsync();
await receiver.StartAsync();
var join = await JoinMeasure.RunAsync(sender, receiver, room, members);
var inbound = await InboundMeasure.RunAsync(sender, receiver, Rooms, TimeSpan.FromSeconds(seconds));
if (inbound.Shown != inbound.Events)
    throw new InvalidOperationException($"{inbound.Events} events were said, and {inbound.Shown} are shown.");

const double Megabyte = 1e6;
var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
var rate = inbound.Events / inbound.Taking.TotalSeconds;
Print($"| what | measured (load {load}) |");
Print($"|---|---:|");
Print($"| join of {members} members and {settings} other state events: answered | {join.Answered.TotalSeconds:0.0} s |");
Print($"| shown by a sync, and a message said | {join.Usable.TotalSeconds:0.0} s |");
Print($"| all members listed, and history shown | {join.Complete.TotalSeconds:0.0} s |");
Print($"| sent for it | {join.BytesSent / Megabyte:0.0} MB |");
Print($"| memory of the joining server before, peak until usable, peak, after | {join.Before / Megabyte:0}, {join.UsablePeak / Megabyte:0}, {join.Peak / Megabyte:0}, {join.After / Megabyte:0} MB |");
Print($"| CPU of the joining server, of the other | {join.Cpu.TotalSeconds:0.0}, {join.SenderCpu.TotalSeconds:0.0} s |");
Print($"| messages in {Rooms} rooms, said for {inbound.Sending.TotalSeconds:0.0} s | {inbound.Events} |");
Print($"| received and shown, of all of them | {rate:0}/s |");
Print($"| CPU of the receiver, of the sender, per message | {inbound.Cpu.TotalMilliseconds / inbound.Events:0.00}, {inbound.SenderCpu.TotalMilliseconds / inbound.Events:0.00} ms |");
if (repository is not null)
{
    BenchmarkSummary.Write(repository,
    [
        SummaryRow.Of($"join of a room of {members} members and {settings} other state events over federation", "s", join.Usable.TotalSeconds, null, null),
        SummaryRow.Of("memory growth of the joining server", "MB", (join.Peak - join.Before) / Megabyte, null, null),
        SummaryRow.Of("CPU of a message received over federation", "ms", inbound.Cpu.TotalMilliseconds / inbound.Events, null, null),
    ]);
}

static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
