using Hybrid.Durability.Tests.Crashes;

namespace Hybrid.Durability.Tests.Federated;

/// <summary>Kills servers at moments that the dice name, and starts them again.</summary>
sealed class Killer(IReadOnlyList<ServerProcess> servers, Random dice)
{
    readonly List<string> _did = [];

    /// <summary>Kills a server, now and then two of them, or one more time while it starts; when it returns, all of them run.</summary>
    public async Task RunRoundAsync()
    {
        await Task.Delay(dice.Next(200, 2500));
        var first = dice.Next(servers.Count);
        var second = dice.Next(4) == 0 ? (first + dice.Next(1, servers.Count)) % servers.Count : first;
        int[] killed = first == second ? [first] : [first, second];
        _did.Add(string.Join('+', killed));
        await Task.WhenAll(killed.Select(server => servers[server].KillAsync()));
        await Task.Delay(dice.Next(0, 1200));
        if (dice.Next(5) == 0)
            await KillAtStartAsync(first, dice.Next(100, 1500));
        await Task.WhenAll(killed.Select(server => servers[server].StartAsync()));
    }

    public override string ToString() => $"killed {string.Join(", ", _did)}";

    async Task KillAtStartAsync(int server, int after)
    {
        var starting = servers[server].StartAsync();
        await Task.Delay(after);
        await servers[server].KillAsync();
        _did.Add($"{server} at its start");
        try
        {
            await starting;
        }
        catch (Exception ended) when (ended is InvalidOperationException or HttpRequestException)
        {
            // As it should.
        }
    }
}
