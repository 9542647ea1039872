using System.Diagnostics;
using System.Text.Json.Nodes;
using Hybrid.Primitives;

namespace Hybrid.FederationBench;

/// <summary>What a join of a large room of another server costs.</summary>
/// <param name="Answered">Until the join request is answered.</param>
/// <param name="Usable">Until an initial sync has shown the room and a message was said in it, from the start of the join.</param>
/// <param name="Complete">Until all members are listed and history is shown, from the start of the join.</param>
/// <param name="BytesSent">By the server that the join goes through.</param>
/// <param name="Before">Resident memory of the joining server before, in bytes.</param>
/// <param name="UsablePeak">The most of it until the room was usable.</param>
/// <param name="Peak">The most of it until all was shown.</param>
/// <param name="After">What it was when all was shown.</param>
/// <param name="Cpu">CPU time of the joining server.</param>
/// <param name="SenderCpu">CPU time of the other.</param>
sealed record JoinMeasure(
    TimeSpan Answered, TimeSpan Usable, TimeSpan Complete, long BytesSent, long Before, long UsablePeak, long Peak, long After, TimeSpan Cpu, TimeSpan SenderCpu)
{
    public static async Task<JoinMeasure> RunAsync(FederatedProcess sender, FederatedProcess joiner, RoomId room, int members)
    {
        var user = await BenchUser.RegisterAsync(joiner.Http, "joiner");
        await user.CallAsync(HttpMethod.Get, "sync?timeout=0");
        var (before, cpu, senderCpu, sent) = (joiner.ResidentBytes, joiner.CpuTime, sender.CpuTime, sender.Relay.Sent);
        joiner.ForgetPeak();
        var begun = Stopwatch.GetTimestamp();
        var path = Uri.EscapeDataString(room.Value);
        await user.CallAsync(HttpMethod.Post, $"join/{path}?server_name={Uri.EscapeDataString(sender.Name.Value)}", "{}");
        var answered = Stopwatch.GetElapsedTime(begun);

        var lazily = Uri.EscapeDataString("""{"room":{"state":{"lazy_load_members":true}}}""");
        if (!await user.ShowsAsync($"sync?timeout=0&filter={lazily}", room.Value))
            throw new InvalidOperationException("The sync does not show the room.");
        await user.CallAsync(HttpMethod.Put, $"rooms/{path}/send/m.room.message/hello", """{"msgtype":"m.text","body":"Hello"}""");
        var usable = Stopwatch.GetElapsedTime(begun);
        var usablePeak = joiner.PeakBytes;

        var listed = ((JsonArray)(await user.CallAsync(HttpMethod.Get, $"rooms/{path}/members"))["chunk"]!).Count;
        if (listed != members + 1)
            throw new InvalidOperationException($"{listed} members are listed of {members + 1}.");
        await user.CallAsync(HttpMethod.Get, $"rooms/{path}/messages?dir=b&limit=20");
        return new JoinMeasure(
            answered, usable, Stopwatch.GetElapsedTime(begun), sender.Relay.Sent - sent, before, usablePeak, joiner.PeakBytes, joiner.ResidentBytes,
            joiner.CpuTime - cpu, sender.CpuTime - senderCpu);
    }
}
