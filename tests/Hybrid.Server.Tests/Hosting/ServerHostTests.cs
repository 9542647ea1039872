using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hybrid.Server.Commands;
using Hybrid.Server.Configuration;
using Hybrid.Server.Hosting;
using Hybrid.Web.Landing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Hybrid.Server.Tests.Hosting;

public sealed class ServerHostTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_page_is_served_with_its_policy(bool hasAdministrator)
    {
        await using var app = await StartAsync(new HybridSettings { Listen = [ListenAddress.Parse("http://127.0.0.1:0")] }, hasAdministrator);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        using var response = await client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(LandingPage.ContentSecurityPolicy, Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.False(response.Headers.Contains("Server"));
        var page = await response.Content.ReadAsStringAsync();
        Assert.Equal(!hasAdministrator, page.Contains("user create admin --admin", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tls_serves_the_certificate_and_takes_up_a_renewed_one()
    {
        WritePair("first.example");
        await using var app = await StartAsync(TlsSettings());
        var address = new Uri(app.Urls.Single());

        Assert.Equal("https", address.Scheme);
        Assert.Equal("CN=first.example", await SubjectAsync(address));

        WritePair("second.example");
        Touch(minutes: 1);
        Assert.Equal("CN=first.example", await SubjectAsync(address));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("CN=second.example", await SubjectAsync(address));
    }

    [Fact]
    public async Task A_half_written_renewal_leaves_the_old_certificate_in_use()
    {
        WritePair("first.example");
        await using var app = await StartAsync(TlsSettings());
        var address = new Uri(app.Urls.Single());

        _folder.Write("cert.pem", "-----BEGIN CERTIFICATE-----\nMII");
        Touch(minutes: 1);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("CN=first.example", await SubjectAsync(address));

        WritePair("second.example");
        Touch(minutes: 2);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("CN=second.example", await SubjectAsync(address));
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_used_stops_the_start_with_its_settings_named()
    {
        _folder.Write("cert.pem", "nothing");
        _folder.Write("key.pem", "nothing");

        var error = await Assert.ThrowsAsync<CommandException>(() => StartAsync(TlsSettings()));

        Assert.StartsWith("tls_cert, tls_key: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_use_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = ListenAddress.Parse($"http://{listener.LocalEndpoint}");
        var settings = new HybridSettings { Listen = [taken], LogLevel = LogLevel.Error };
        await using var app = ServerHost.CreateBuilder(settings).Build();

        var error = await Assert.ThrowsAsync<CommandException>(() => ServerHost.RunAsync(app, settings, CancellationToken.None));

        Assert.StartsWith("listen: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(taken.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_ends_when_told_to()
    {
        var settings = new HybridSettings { Listen = [ListenAddress.Parse("http://[::1]:0"), ListenAddress.Parse("http://localhost:0")] };
        await using var app = ServerHost.CreateBuilder(settings).Build();
        using var end = new CancellationTokenSource();

        var run = ServerHost.RunAsync(app, settings, end.Token);
        Assert.False(run.IsCompleted);
        await end.CancelAsync();

        await run.WaitAsync(TimeSpan.FromSeconds(30));
    }

    async Task<WebApplication> StartAsync(HybridSettings settings, bool hasAdministrator = false)
    {
        var builder = ServerHost.CreateBuilder(settings);
        builder.Services.AddSingleton<TimeProvider>(_time);
        var app = builder.Build();
        LandingEndpoint.Map(app, settings, _ => ValueTask.FromResult(hasAdministrator));
        await app.StartAsync();
        return app;
    }

    HybridSettings TlsSettings() => new()
    {
        Listen = [ListenAddress.Parse("https://127.0.0.1:0")],
        TlsCertificatePath = Path.Combine(_folder.Path, "cert.pem"),
        TlsKeyPath = Path.Combine(_folder.Path, "key.pem"),
    };

    void WritePair(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        _folder.Write("cert.pem", certificate.ExportCertificatePem());
        _folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
    }

    // File systems may keep only seconds, and the test is faster than that.
    void Touch(int minutes) => File.SetLastWriteTimeUtc(
        Path.Combine(_folder.Path, "cert.pem"), File.GetLastWriteTimeUtc(Path.Combine(_folder.Path, "key.pem")).AddMinutes(minutes));

    static async Task<string> SubjectAsync(Uri address)
    {
        var subject = "";
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, certificate, _, _) =>
            {
                subject = certificate!.Subject;
                return true;
            },
        };
        using var client = new HttpClient(handler);
        using var response = await client.GetAsync(address);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return subject;
    }
}
