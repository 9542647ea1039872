using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hybrid.Accounts.Keys;
using Hybrid.Federation.Devices;
using Hybrid.Federation.Inbound.Edus;
using Hybrid.Federation.Outbound;
using Hybrid.Federation.Requests;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Creation;
using Hybrid.Rooms.Membership;
using Hybrid.Server.Composition;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Keys;
using Hybrid.Sync;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Federation.Tests.Devices;

/// <summary>One server with rooms and keys over a real database, and other servers that follow a script, in virtual time.</summary>
sealed class DeviceWorld : IAsyncDisposable
{
    public static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    public static readonly UserId Bob = UserId.Parse("@bob:hybrid.test");
    public static readonly ServerName Peer = ServerName.Parse("remote.test");

    readonly TestDatabase _test = new();
    readonly SigningKey _key = SigningKey.Generate("1");
    ServiceProvider _services;
    List<IHostedService> _running = [];

    public DeviceWorld() => _services = Build();

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000));

    public KeyServers Servers { get; } = new();

    public IRemoteDeviceStore Lists => Get<IRemoteDeviceStore>();

    public long DeviceChanges => _test.Hub.Current(StreamKind.DeviceLists);

    public long ToDeviceMessages => _test.Hub.Current(StreamKind.ToDevice);

    public T Get<T>()
        where T : notnull =>
        _services.GetRequiredService<T>();

    /// <summary>Starts what runs in the background.</summary>
    public async Task<DeviceWorld> StartAsync()
    {
        _running = [.. _services.GetServices<IHostedService>()];
        foreach (var service in _running)
            await service.StartAsync(default);
        return this;
    }

    /// <summary>All that is in memory is gone.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await _services.DisposeAsync();
        _test.Reopen();
        _services = Build();
        await StartAsync();
    }

    /// <summary>A room of Alice that these users are in.</summary>
    public async Task<RoomId> CreateRoomAsync(params UserId[] members)
    {
        var roomId = (await Get<RoomCreation>().CreateAsync(new RoomCreationTerms(Alice, "11", RoomPreset.PublicChat), default)).Value;
        foreach (var member in members)
            await JoinAsync(roomId, member);
        return roomId;
    }

    public async Task JoinAsync(RoomId roomId, UserId user) =>
        Assert.Null((await Get<MembershipChanges>().JoinAsync(roomId, user, MembershipTerms.None, default)).Error);

    public async Task LeaveAsync(RoomId roomId, UserId user) =>
        Assert.Null((await Get<MembershipChanges>().LeaveAsync(roomId, user, MembershipTerms.None, default)).Error);

    /// <summary>What Alice gets for these users.</summary>
    public async Task<RemoteKeyAnswer<UserKeys>> QueryAsync(params UserId[] users) => await QueryAsync(TimeSpan.FromMinutes(1), users);

    public async Task<RemoteKeyAnswer<UserKeys>> QueryAsync(TimeSpan timeout, params UserId[] users) =>
        await Get<IRemoteKeys>().QueryAsync(Alice, users.ToDictionary(static user => user, static IReadOnlyList<DeviceId> (_) => []), timeout, default);

    /// <summary>The IDs of a user's devices as Alice gets them.</summary>
    public async Task<IEnumerable<string>> DevicesAsync(UserId user) =>
        (await QueryAsync(user)).Found.Single(found => found.UserId == user).Devices.Select(static device => device.DeviceId.Value).Order(StringComparer.Ordinal);

    /// <summary>An EDU comes from another server.</summary>
    public async Task ReceiveAsync(ServerName origin, string type, JsonNode? content)
    {
        using var document = JsonDocument.Parse(content?.ToJsonString() ?? "null");
        await Get<IEnumerable<IEduHandler>>().Single(handler => handler.EduType == type).HandleAsync(origin, document.RootElement, default);
    }

    /// <summary>What the source has for a server, as type and content.</summary>
    public static async Task<(EduBatch Batch, List<(string Type, JsonObject Content)> Edus)> ReadAsync(IEduSource source, ServerName server, int limit = 100)
    {
        var batch = await source.ReadAsync(server, limit, default);
        Assert.True(batch.Edus.Count <= limit);
        return (batch, [.. batch.Edus.Select(static edu => (edu.EduType, JsonNode.Parse(edu.Content.Span)!.AsObject()))]);
    }

    /// <summary>An account of this server, with devices that have no keys yet.</summary>
    public async Task EnterAsync(UserId user, params string[] devices)
    {
        await Get<IAccountStore>().TryAddAsync(new NewAccount(new AccountRecord(user, "hash", Time.GetUtcNow()), null, null), default);
        foreach (var device in devices)
            Assert.True(await Get<IDeviceStore>().TryAddAsync(new DeviceRecord(user, DeviceId.Parse(device), "Secret name", Time.GetUtcNow()), default));
    }

    /// <summary>A device of this server publishes keys.</summary>
    public async Task UploadAsync(RemoteUser user, string device)
    {
        var keys = new KeyUpload(user.UserId, DeviceId.Parse(device), Encoding.UTF8.GetBytes(user.Add(device).ToJsonString()), [], []);
        Assert.Equal(KeyUploadStatus.Stored, (await Get<IKeyStore>().StoreAsync(keys, default)).Status);
    }

    /// <summary>Lets virtual time pass until a condition holds.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, TimeSpan? limit = null)
    {
        var end = Time.GetUtcNow() + (limit ?? TimeSpan.FromMinutes(1));
        while (!await condition())
        {
            Assert.True(Time.GetUtcNow() < end, "It did not come to that.");
            Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _services.DisposeAsync();
        _key.Dispose();
        Servers.Dispose();
        _test.Dispose();
    }

    async Task StopAsync()
    {
        foreach (var service in Enumerable.Reverse(_running))
            await service.StopAsync(default);
        _running = [];
    }

    ServiceProvider Build()
    {
        var services = _test.AddTo(new ServiceCollection())
            .AddLogging()
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton(new ServerIdentity(ServerName.Parse("hybrid.test"), _key))
            .AddSingleton<IMemberProfiles, NoProfiles>()
            .AddRooms();

        // Of the room engine only what is asked for: its own background work is no part of this.
        return services.RemoveAll<IHostedService>()
            .AddSingleton<SharedRooms>()
            .AddSingleton<ISharedRooms>(static provider => provider.GetRequiredService<SharedRooms>())
            .AddSingleton<ISignatureVerifier, NativeSignatureVerifier>()
            .AddSingleton(new FederationOptions())
            .AddSingleton<IDestinationHealth, DestinationHealth>()
            .AddSingleton<IFederationClient>(Servers)
            .AddSingleton<IDestinationRooms, DestinationRooms>()
            .AddKeyServices()
            .AddFederatedDevices()
            .BuildServiceProvider();
    }

    sealed class NoProfiles : IMemberProfiles
    {
        public ValueTask<MemberProfile> FindAsync(UserId userId, CancellationToken cancellationToken) => new(MemberProfile.None);
    }
}
