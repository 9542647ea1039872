using Hybrid.Bench.Rooms;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Sqlite;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationBench;

/// <summary>The data folder of a server that is going to start on a large room.</summary>
static class PreparedDatabase
{
    /// <summary>Makes the server's signing key, and the room in its database.</summary>
    /// <param name="server">Whose room and members they are.</param>
    /// <param name="dataFolder">The server's data folder.</param>
    /// <param name="members">How many members the room has.</param>
    /// <param name="settings">How many other state events there are, each with a state key of its own.</param>
    public static async Task<RoomId> CreateAsync(ServerName server, string dataFolder, int members, int settings)
    {
        using var key = SigningKey.Generate("bench");
        await File.WriteAllTextAsync(Path.Combine(dataFolder, "signing.key"), $"ed25519 bench {Convert.ToBase64String(key.ExportSeed()).TrimEnd('=')}\n");
        await using var services = LargeRoom.BuildServices(new ServerIdentity(server, key), services => services
            .AddSingleton(provider => SqliteDatabase.Open(Path.Combine(dataFolder, "hybrid.db"), provider.GetRequiredService<StreamHub>()))
            .AddSqliteStores());
        var room = await LargeRoom.CreateAsync(services);
        await room.JoinAsync(members - 1);
        await room.ChangeStateAsync(settings, keys: settings);
        return room.RoomId;
    }
}
