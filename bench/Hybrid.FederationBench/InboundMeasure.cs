using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Hybrid.FederationBench;

/// <summary>How fast a server takes in what another one's users say.</summary>
/// <param name="Events">What was said.</param>
/// <param name="Shown">How much of it the receiver shows.</param>
/// <param name="Sending">How long it was said.</param>
/// <param name="Taking">From the first until the receiver showed the last.</param>
/// <param name="Cpu">CPU time of the receiver.</param>
/// <param name="SenderCpu">CPU time of the sender.</param>
sealed record InboundMeasure(int Events, int Shown, TimeSpan Sending, TimeSpan Taking, TimeSpan Cpu, TimeSpan SenderCpu)
{
    // Each waits for the answer before it sends again.
    const int SpeakersPerRoom = 3;
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task<InboundMeasure> RunAsync(FederatedProcess sender, FederatedProcess receiver, int rooms, TimeSpan duration)
    {
        var speaker = await BenchUser.RegisterAsync(sender.Http, "speaker");
        var listener = await BenchUser.RegisterAsync(receiver.Http, "listener");
        var paths = new List<string>();
        for (var number = 0; number < rooms; number++)
        {
            var room = (string)(await speaker.CallAsync(HttpMethod.Post, "createRoom", """{"preset":"public_chat"}"""))["room_id"]!;
            await listener.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}?server_name={Uri.EscapeDataString(sender.Name.Value)}", "{}");
            paths.Add("rooms/" + Uri.EscapeDataString(room));
        }

        var (cpu, senderCpu) = (receiver.CpuTime, sender.CpuTime);
        var begun = Stopwatch.GetTimestamp();
        var said = await Task.WhenAll(paths.SelectMany(path => Enumerable.Range(0, SpeakersPerRoom).Select(number => Task.Run(() => SpeakAsync(speaker, path, number, duration)))));
        var sending = Stopwatch.GetElapsedTime(begun);
        foreach (var (path, _, last) in said)
            await AwaitAsync(listener, $"{path}/event/{Uri.EscapeDataString(last)}");
        var (taking, used, senderUsed) = (Stopwatch.GetElapsedTime(begun), receiver.CpuTime - cpu, sender.CpuTime - senderCpu);
        var shown = 0;
        foreach (var path in paths)
            shown += await CountAsync(listener, path);
        return new InboundMeasure(said.Sum(static spoken => spoken.Count), shown, sending, taking, used, senderUsed);
    }

    static async Task<(string Path, int Count, string Last)> SpeakAsync(BenchUser speaker, string path, int number, TimeSpan duration)
    {
        var begun = Stopwatch.GetTimestamp();
        var (count, last) = (0, "");
        do
        {
            var transaction = string.Create(CultureInfo.InvariantCulture, $"{number}-{++count}");
            last = (string)(await speaker.CallAsync(
                HttpMethod.Put, $"{path}/send/m.room.message/{transaction}",
                $$"""{"msgtype":"m.text","body":"Message {{transaction}}, as long as people write them on the average."}"""))["event_id"]!;
        }
        while (Stopwatch.GetElapsedTime(begun) < duration);
        return (path, count, last);
    }

    static async Task AwaitAsync(BenchUser listener, string path)
    {
        var begun = Stopwatch.GetTimestamp();
        while (await listener.FindAsync(path) is null)
        {
            if (Stopwatch.GetElapsedTime(begun) > Limit)
                throw new InvalidOperationException($"{path} does not come.");
            await Task.Delay(Poll);
        }
    }

    static async Task<int> CountAsync(BenchUser listener, string path)
    {
        var (count, from) = (0, "");
        while (true)
        {
            var page = await listener.CallAsync(HttpMethod.Get, $"{path}/messages?dir=b&limit=1000{from}");
            count += ((JsonArray)page["chunk"]!).Count(static entry => (string?)entry!["type"] == "m.room.message");
            if (page["end"] is not { } end)
                return count;
            from = "&from=" + Uri.EscapeDataString((string)end!);
        }
    }
}
