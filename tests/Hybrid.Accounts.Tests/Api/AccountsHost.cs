using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.Profiles;
using Hybrid.AdminApi;
using Hybrid.AppServices;
using Hybrid.ClientApi.Account;
using Hybrid.ClientApi.Auth;
using Hybrid.ClientApi.Calls;
using Hybrid.ClientApi.Devices;
using Hybrid.ClientApi.Profiles;
using Hybrid.ClientApi.ThirdParty;
using Hybrid.Http.Limits;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Accounts.Tests.Api;

/// <summary>An answer: status and JSON.</summary>
sealed record Answer(int Status, JsonObject Json)
{
    public string? Code => (string?)Json["errcode"];

    public string this[string name] => (string)Json[name]!;

    public override string ToString() => $"{Status} {Json.ToJsonString()}";
}

/// <summary>The account endpoints on a real server with a real database; rooms are played by a recorder.</summary>
sealed class AccountsHost : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly Hybrid.Tests.Shared.TestDatabase _database;
    readonly HttpClient _http;

    AccountsHost(AccountOptions options, RateLimitOptions limits, AdminOptions admin)
    {
        _database = new Hybrid.Tests.Shared.TestDatabase(time: Time);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _database.AddTo(builder.Services)
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton(options)
            .AddSingleton(limits)
            .AddSingleton(admin)
            .AddSingleton(new ServerFeatures())
            .AddSingleton(new ServerDiscovery { ClientBaseUrl = new Uri("https://matrix.test/") })
            .AddSingleton<IPasswordHasher>(Hasher)
            .AddSingleton<IAccountDepartures>(Rooms)
            .AddSingleton<IProfilePropagation>(Rooms)
            .AddRequestLimits().AddAccounts().AddSingleton(AppServiceDirectory.Empty).AddAuthChapter().AddSingleton(new CallOptions()).AddAccountChapter().AddDevicesChapter().AddProfilesChapter().AddThirdPartyChapter().AddAdminApi();
        _app = builder.Build();
        _app.MapAuthChapter();
        _app.MapAccountChapter();
        _app.MapDevicesChapter();
        _app.MapProfilesChapter();
        _app.MapThirdPartyChapter();
        _app.MapAdminApi();
        _http = new HttpClient();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public Pbkdf2Hasher Hasher { get; } = new();

    public RoomRecorder Rooms { get; } = new();

    public IServiceProvider Services => _app.Services;

    public static async Task<AccountsHost> StartAsync(
        RegistrationMode registration = RegistrationMode.Open, bool guests = false, RateLimitOptions? limits = null, string? sharedSecret = null)
    {
        var host = new AccountsHost(
            new AccountOptions { ServerName = ServerName.Parse("test"), Registration = registration, AllowGuests = guests },
            limits ?? new RateLimitOptions { Enabled = false },
            new AdminOptions { RegistrationSharedSecret = sharedSecret });
        await host._app.StartAsync();
        host._http.BaseAddress = new Uri(host._app.Urls.Single());
        return host;
    }

    public async Task<Answer> SendAsync(string method, string path, string? body = null, string? token = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path.StartsWith('/') ? path : $"/_matrix/client/v3/{path}");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer((int)response.StatusCode, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
    }

    /// <summary>What a browser shows: status, content type and text; with a form, what it shows after sending that.</summary>
    public async Task<(int Status, string? Type, string Text)> BrowseAsync(string path, Dictionary<string, string>? form = null)
    {
        using var content = form is null ? null : new FormUrlEncodedContent(form);
        using var response = form is null ? await _http.GetAsync(path) : await _http.PostAsync(path, content);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync());
    }

    public Task<Answer> GetAsync(string path, string? token = null) => SendAsync("GET", path, null, token);

    public Task<Answer> PostAsync(string path, string body, string? token = null) => SendAsync("POST", path, body, token);

    /// <summary>An account made without the API.</summary>
    public async Task<string> CreateAsync(string username, bool admin = false)
    {
        var created = await Services.GetRequiredService<AccountRegistration>().CreateAsync(new AccountRequest(username, "correct horse") { IsAdmin = admin }, default);
        return created.Value.Value;
    }

    public Task<Answer> LoginAsync(string username, string? device = null, bool refresh = false) => PostAsync("login",
        $$"""{"type":"m.login.password","identifier":{"type":"m.id.user","user":"{{username}}"},"password":"correct horse","device_id":{{(device is null ? "null" : $"\"{device}\"")}},"refresh_token":{{(refresh ? "true" : "false")}}}""");

    /// <summary>An account made without the API, logged in; its access token.</summary>
    public async Task<string> EnterAsync(string username, string? device = null, bool admin = false)
    {
        await CreateAsync(username, admin);
        return (await LoginAsync(username, device))["access_token"];
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        _database.Dispose();
    }
}

/// <summary>Notes what rooms would be asked to do.</summary>
sealed class RoomRecorder : IAccountDepartures, IProfilePropagation
{
    public List<UserId> Left { get; } = [];

    public List<(UserId User, string? DisplayName, string? AvatarUrl)> Shown { get; } = [];

    public ValueTask LeaveAllRoomsAsync(UserId userId, CancellationToken cancellationToken)
    {
        Left.Add(userId);
        return ValueTask.CompletedTask;
    }

    public ValueTask PropagateAsync(UserId userId, Profile profile, CancellationToken cancellationToken)
    {
        Shown.Add((userId, profile.DisplayName, profile.AvatarUrl));
        return ValueTask.CompletedTask;
    }
}
