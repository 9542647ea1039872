using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Accounts;
using Hybrid.Accounts.Keys;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.Tests;
using Hybrid.AppServices;
using Hybrid.ClientApi.Auth;
using Hybrid.ClientApi.Devices;
using Hybrid.ClientApi.KeyBackup;
using Hybrid.ClientApi.Keys;
using Hybrid.ClientApi.ToDevice;
using Hybrid.Http.Limits;
using Hybrid.Primitives;
using Hybrid.Storage.Streams;
using Hybrid.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Keys.Tests;

/// <summary>An answer: status and JSON.</summary>
sealed record Answer(int Status, JsonObject Json)
{
    public string? Code => (string?)Json["errcode"];

    public override string ToString() => $"{Status} {Json.ToJsonString()}";
}

/// <summary>The key endpoints on a real server with a real database and real accounts; who shares rooms is said by the test.</summary>
sealed class KeysHost : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly TestDatabase _database;
    readonly HttpClient _http = new();

    KeysHost()
    {
        _database = new TestDatabase(time: Time);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _database.AddTo(builder.Services)
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton(new AccountOptions { ServerName = ServerName.Parse("test") })
            .AddSingleton(new RateLimitOptions { Enabled = false })
            .AddSingleton<IPasswordHasher>(new Pbkdf2Hasher())
            .AddSingleton<IAccountDepartures>(new NoRooms())
            .AddSingleton<ISignatureVerifier>(new BouncyVerifier())
            .AddSingleton<ISharedRooms>(Rooms)
            .AddRequestLimits().AddAccounts().AddKeyServices()
            .AddSingleton(AppServiceDirectory.Empty).AddAuthChapter().AddDevicesChapter().AddKeysChapter().AddKeyBackupChapter().AddToDeviceChapter();
        _app = builder.Build();
        _app.MapAuthChapter();
        _app.MapDevicesChapter();
        _app.MapKeysChapter();
        _app.MapKeyBackupChapter();
        _app.MapToDeviceChapter();
    }

    public StreamHub Hub => _database.Hub;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public RoomBoard Rooms { get; } = new();

    public static async Task<KeysHost> StartAsync()
    {
        var host = new KeysHost();
        await host._app.StartAsync();
        host._http.BaseAddress = new Uri(host._app.Urls.Single());
        return host;
    }

    public T Get<T>()
        where T : notnull =>
        _app.Services.GetRequiredService<T>();

    public async Task<Answer> SendAsync(string method, string path, JsonNode? body, string? token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path.StartsWith('/') ? path : $"/_matrix/client/v3/{path}");
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request);
        return new Answer((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    /// <summary>An account, made if it is new, with a device that logs in and publishes its keys.</summary>
    public async Task<TestDevice> EnterAsync(string name, string device, bool upload = true)
    {
        await Get<AccountRegistration>().CreateAsync(new AccountRequest(name, "correct horse"), default);
        var login = await SendAsync("POST", "login", JsonNode.Parse(
            $$"""{"type":"m.login.password","identifier":{"type":"m.id.user","user":"{{name}}"},"password":"correct horse","device_id":"{{device}}","initial_device_display_name":"{{device}} of {{name}}"}"""), null);
        var entered = new TestDevice(this, $"@{name}:test", device, (string)login.Json["access_token"]!);
        if (upload)
            Assert.Equal(200, (await entered.UploadAsync(deviceKeys: entered.DeviceKeys())).Status);
        return entered;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        _database.Dispose();
    }

    sealed class NoRooms : IAccountDepartures
    {
        public ValueTask LeaveAllRoomsAsync(UserId userId, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}

/// <summary>Who shares rooms with everyone, as the test says.</summary>
sealed class RoomBoard : ISharedRooms
{
    public HashSet<UserId> Sharing { get; } = [];

    public SharingChanges Changes { get; set; } = new(new HashSet<UserId>(), new HashSet<UserId>());

    public ValueTask<IReadOnlySet<UserId>> UsersSharingRoomsAsync(UserId userId, CancellationToken cancellationToken) => new(Sharing);

    public ValueTask<SharingChanges> ReadChangesAsync(UserId userId, long after, long upTo, CancellationToken cancellationToken) => new(Changes);
}
