using Hybrid.AdminApi;
using Hybrid.AdminApi.Federation;
using Hybrid.AdminApi.Media;
using Hybrid.AdminApi.Notices;
using Hybrid.AdminApi.Reports;
using Hybrid.AdminApi.Rooms;
using Hybrid.AppServices;
using Hybrid.AppServices.Registrations;
using Hybrid.ClientApi;
using Hybrid.FederationApi;
using Hybrid.Http;
using Hybrid.Native;
using Hybrid.Server.Commands;
using Hybrid.Server.Configuration;
using Hybrid.Server.Hosting;
using Hybrid.Storage;
using Hybrid.Storage.Accounts;
using Hybrid.Sync;
using Hybrid.Sync.Sliding;
using Microsoft.Data.Sqlite;

namespace Hybrid.Server.Composition;

/// <summary>A whole server: its data folder, its key, its parts and its web host. Several run side by side in one process.</summary>
sealed class HybridApplication : IAsyncDisposable
{
    readonly DataFolder _data;
    readonly SigningKey _signingKey;

    HybridApplication(DataFolder data, SigningKey signingKey, WebApplication web)
    {
        _data = data;
        _signingKey = signingKey;
        Web = web;
    }

    public WebApplication Web { get; }

    /// <summary>Opens the data folder and puts the server together; it listens once <see cref="Web"/> is started.</summary>
    /// <exception cref="CommandException">The data folder, the key, the database or the registration of an application service cannot be used.</exception>
    public static HybridApplication Create(HybridSettings settings)
    {
        var appServices = LoadAppServices(settings);
        var data = DataFolder.Hold(settings.DataFolder);
        ServerSigningKeys? keys = null;
        try
        {
            if (settings.Postgres is null)
                new DiskReserve(settings.DatabasePath).GiveBackIfNeeded();
            keys = SigningKeyFile.LoadOrCreate(settings.DataFolder);
            var builder = ServerHost.CreateBuilder(settings);
            builder.Services.AddHybrid(settings, keys, appServices);
            var web = builder.Build();
            Map(web, settings);
            // Some client always waits for news; it must not hold up the end.
            web.Lifetime.ApplicationStopping.Register(web.Services.GetRequiredService<SyncEngine>().EndWaits);
            web.Lifetime.ApplicationStopping.Register(web.Services.GetRequiredService<SlidingSyncEngine>().EndWaits);
            return new HybridApplication(data, keys.Current, web);
        }
        catch (Exception exception) when (IsUnusableDatabase(exception))
        {
            keys?.Current.Dispose();
            data.Dispose();
            throw UnusableDatabase(settings, exception);
        }
    }

    /// <summary>Whether the exception says that the database cannot be opened.</summary>
    public static bool IsUnusableDatabase(Exception exception) =>
        exception is SqliteException or StoreUnavailableException or InvalidDataException or IOException;

    /// <summary>One line for the operator on a database that cannot be opened.</summary>
    public static CommandException UnusableDatabase(HybridSettings settings, Exception exception) =>
        new($"{settings.Postgres?.ToString() ?? settings.DatabasePath}: {exception.Message}");

    public ValueTask<bool> HasAccountsAsync(CancellationToken cancellationToken) =>
        Web.Services.GetRequiredService<IAccountStore>().AnyAccountAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Web.DisposeAsync();
        _signingKey.Dispose();
        _data.Dispose();
    }

    static AppServiceDirectory LoadAppServices(HybridSettings settings)
    {
        if (settings.ApplicationServicesFolder is not { } folder)
            return AppServiceDirectory.Empty;

        try
        {
            return new AppServiceDirectory(RegistrationFile.ReadFolder(folder, settings.ServerName));
        }
        catch (RegistrationException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    static void Map(WebApplication web, HybridSettings settings)
    {
        web.UseForwardedRequests(settings);
        web.UseUnrecognized();
        web.UseMatrixCors();
        web.UseOldClientPaths();
        web.UseRouting();
        web.MapClientApi();
        web.MapFederationApi();
        web.MapAdminApi();
        web.MapRoomAdminApi();
        web.MapReportAdminApi();
        web.MapFederationAdminApi();
        web.MapServerNotices();
        web.MapMediaAdminApi();
        var accounts = web.Services.GetRequiredService<IAccountStore>();
        LandingEndpoint.Map(web, settings, accounts.AnyAccountAsync);
    }
}
