using System.Net.Http.Headers;
using System.Text.Json;
using Hybrid.ClientApi.Media;
using Hybrid.Http;
using Hybrid.Media.Previews;
using Hybrid.Media.S3;
using Hybrid.Primitives;
using Hybrid.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Hybrid.Media.Tests;

/// <summary>The media chapter on Kestrel over a real database and real files. A token is the localpart of the user that it stands for.</summary>
sealed class MediaServer : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly TestDatabase _database;
    readonly DirectoryInfo _folder;

    MediaServer(WebApplication app, TestDatabase database, DirectoryInfo folder, TestTime time)
    {
        _app = app;
        _database = database;
        _folder = folder;
        Time = time;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public const string Name = "media.test";

    public HttpClient Client { get; }

    public TestTime Time { get; }

    public string Folder => _folder.FullName;

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<MediaServer> StartAsync(Func<MediaOptions, MediaOptions>? configure = null, PreviewOptions? previews = null, S3Options? objects = null)
    {
        var folder = Directory.CreateTempSubdirectory("hybrid-media-");
        var options = new MediaOptions { ServerName = ServerName.Parse(Name), Folder = Path.Combine(folder.FullName, "media"), MaxUploadBytes = 1024 * 1024 };
        var time = new TestTime();
        var database = new TestDatabase(time: time);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        database.AddTo(builder.Services)
            .AddRouting()
            .AddSingleton<TimeProvider>(time)
            .AddSingleton<ICallerAuthenticator, LocalpartAuthenticator>()
            .AddSingleton<IRequestLimiter, NoLimiter>()
            .AddMediaRepository(configure?.Invoke(options) ?? options, previews ?? new PreviewOptions { AllowPrivateAddresses = true }, objects)
            .AddMediaChapter();
        // Sweeping is done by the tests that are about it: timers of the sweeps' would be in the way of those that wait for timers.
        for (var sweeps = 0; sweeps < (objects is null ? 2 : 3); sweeps++)
            builder.Services.Remove(builder.Services.Last(static service => service.ServiceType == typeof(IHostedService)));
        var app = builder.Build();
        app.MapMediaChapter();
        await app.StartAsync();
        return new MediaServer(app, database, folder, time);
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? token = null, byte[]? body = null, string? contentType = null, RangeHeaderValue? range = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Range = range;
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (contentType is not null)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return await Client.SendAsync(request);
    }

    public Task<HttpResponseMessage> GetAsync(string path, string? token = "alice", RangeHeaderValue? range = null) =>
        SendAsync(HttpMethod.Get, path, token, range: range);

    /// <summary>Uploads, and returns <c>server/id</c>.</summary>
    public async Task<string> UploadAsync(byte[] body, string? contentType = null, string query = "", string token = "alice")
    {
        using var response = await SendAsync(HttpMethod.Post, "/_matrix/media/v3/upload" + query, token, body, contentType);
        Assert.Equal(200, (int)response.StatusCode);
        return await ContentUriAsync(response);
    }

    /// <summary>Creates a media ID, and returns <c>server/id</c>.</summary>
    public async Task<string> CreateAsync(string token = "alice")
    {
        using var response = await SendAsync(HttpMethod.Post, "/_matrix/media/v1/create", token, []);
        Assert.Equal(200, (int)response.StatusCode);
        return await ContentUriAsync(response);
    }

    public Task<HttpResponseMessage> PutAsync(string media, byte[] body, string token = "alice", string query = "") =>
        SendAsync(HttpMethod.Put, $"/_matrix/media/v3/upload/{media}{query}", token, body, "text/plain");

    public static async Task AssertErrorAsync(int status, string code, HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal((status, code), ((int)response.StatusCode, document.RootElement.GetProperty("errcode").GetString()));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _database.Dispose();
        _folder.Delete(true);
    }

    static async Task<string> ContentUriAsync(HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        var uri = document.RootElement.GetProperty("content_uri").GetString()!;
        Assert.StartsWith($"mxc://{Name}/", uri, StringComparison.Ordinal);
        return uri["mxc://".Length..];
    }

    /// <summary>Time that stands still until it is moved, and tells when something waits for it.</summary>
    public sealed class TestTime() : FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56))
    {
        readonly SemaphoreSlim _timers = new(0);

        public Task TimerStartedAsync() => _timers.WaitAsync();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _timers.Release();
            return timer;
        }
    }

    sealed class LocalpartAuthenticator : ICallerAuthenticator
    {
        public ValueTask<Result<Caller>> AuthenticateAsync(string accessToken, CancellationToken cancellationToken) =>
            ValueTask.FromResult<Result<Caller>>(new Caller(UserId.Parse($"@{accessToken}:{Name}"), null, accessToken == "guest", false, 1));
    }

    sealed class NoLimiter : IRequestLimiter
    {
        public MatrixError? Take(RateClass rate, Caller? caller, HttpContext context) => null;

        public MatrixError? TakeFrom(ServerName origin) => null;
    }
}
