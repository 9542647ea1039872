using Hybrid.Federation.Discovery;
using Hybrid.Federation.Requests;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Tests.Support;

/// <summary>Everything that asks other servers, with a database of its own.</summary>
sealed class Transport : IAsyncDisposable
{
    readonly TestDatabase _database;
    readonly SigningKey _key = SigningKey.FromSeed(new byte[32], "own");
    readonly ServiceProvider _services;

    public Transport(FederationOptions options, TimeProvider? time = null, Action<IServiceCollection>? replace = null)
    {
        time ??= TimeProvider.System;
        _database = new TestDatabase(time: time);
        Identity = new ServerIdentity(ServerName.Parse("own.test"), _key);
        var services = _database.AddTo(new ServiceCollection())
            .AddSingleton(time)
            .AddSingleton<ILoggerProvider>(Log)
            .AddLogging(static logging => logging.SetMinimumLevel(LogLevel.Trace))
            .AddSingleton(Identity)
            .AddFederation(options);
        replace?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public TestLog Log { get; } = new();

    public ServerIdentity Identity { get; }

    public IFederationClient Client => Get<IFederationClient>();

    public IDestinationHealth Health => Get<IDestinationHealth>();

    public T Get<T>()
        where T : notnull =>
        _services.GetRequiredService<T>();

    public ValueTask<ServerRoute> ResolveAsync(string server) => Get<ServerResolver>().ResolveAsync(ServerName.Parse(server), default);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _key.Dispose();
        _database.Dispose();
    }
}
