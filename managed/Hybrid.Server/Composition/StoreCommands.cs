using Hybrid.Rooms.Checks;
using Hybrid.Server.Commands;
using Hybrid.Server.Configuration;
using Hybrid.Storage.Checks;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.State;

namespace Hybrid.Server.Composition;

/// <summary>The commands that look after the store. They open it themselves, beside a running server or without one.</summary>
static class StoreCommands
{
    public static async Task<StoreCheckResult> CheckAsync(HybridSettings settings, Action<string> report, CancellationToken cancellationToken)
    {
        await using var services = new ServiceCollection().AddLogging().AddStorage(settings, besideServer: true).BuildServiceProvider();
        var result = default(StoreCheckResult);
        foreach (var problem in await Open(services, settings).CheckAsync(cancellationToken))
            Count(problem);

        var rooms = services.GetRequiredService<IRoomStore>();
        var check = new RoomCheck(rooms, services.GetRequiredService<IStateStore>());
        await foreach (var roomId in rooms.ReadAllRoomIdsAsync(cancellationToken))
        {
            // A room that a running server purged meanwhile is looked at once more before anything is said.
            var findings = await check.CheckAsync(roomId, cancellationToken);
            if (findings is { Problems.Count: > 0 })
                findings = await check.CheckAsync(roomId, cancellationToken);
            if (findings is null)
                continue;

            foreach (var problem in findings.Problems)
                Count(problem);
            result = result with
            {
                Rooms = result.Rooms + 1,
                Events = result.Events + findings.Events,
                Maps = result.Maps + findings.Maps,
                Nodes = result.Nodes + findings.Nodes,
            };
        }

        return result;

        void Count(string problem)
        {
            report(problem);
            result = result with { Problems = result.Problems + 1 };
        }
    }

    static IEngineCheck Open(ServiceProvider services, HybridSettings settings)
    {
        try
        {
            return services.GetRequiredService<IEngineCheck>();
        }
        catch (Exception exception) when (HybridApplication.IsUnusableDatabase(exception))
        {
            throw HybridApplication.UnusableDatabase(settings, exception);
        }
    }
}
