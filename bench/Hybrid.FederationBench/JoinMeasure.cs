using System.Diagnostics;
using System.Text.Json.Nodes;
using Hybrid.Primitives;

namespace Hybrid.FederationBench;

/// <summary>What a join of a large room of another server costs.</summary>
/// <param name="Answered">Until the join request is answered.</param>
/// <param name="Synced">Until an initial sync has shown the room, from the start of the join.</param>
/// <param name="Complete">Until all members are listed, from the start of the join.</param>
/// <param name="BytesSent">By the server that the join goes through.</param>
/// <param name="Before">Resident memory of the joining server before, in bytes.</param>
/// <param name="Peak">The most of it until the join was answered.</param>
/// <param name="After">What it was when all was shown.</param>
/// <param name="Cpu">CPU time of the joining server.</param>
/// <param name="SenderCpu">CPU time of the other.</param>
sealed record JoinMeasure(
    TimeSpan Answered, TimeSpan Synced, TimeSpan Complete, long BytesSent, long Before, long Peak, long After, TimeSpan Cpu, TimeSpan SenderCpu)
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
        var joinPeak = joiner.PeakBytes;

        var lazily = Uri.EscapeDataString("""{"room":{"state":{"lazy_load_members":true}}}""");
        if (!await user.ShowsAsync($"sync?timeout=0&filter={lazily}", room.Value))
            throw new InvalidOperationException("The sync does not show the room.");
        await user.CallAsync(HttpMethod.Get, $"rooms/{path}/messages?dir=b&limit=20");
        var synced = Stopwatch.GetElapsedTime(begun);

        var listed = ((JsonArray)(await user.CallAsync(HttpMethod.Get, $"rooms/{path}/members"))["chunk"]!).Count;
        if (listed != members + 1)
            throw new InvalidOperationException($"{listed} members are listed of {members + 1}.");
        return new JoinMeasure(
            answered, synced, Stopwatch.GetElapsedTime(begun), sender.Relay.Sent - sent, before, joinPeak, joiner.ResidentBytes, joiner.CpuTime - cpu, sender.CpuTime - senderCpu);
    }
}
