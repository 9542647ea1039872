using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Hybrid.LoadGenerator.Target;
using Hybrid.Primitives;
using Hybrid.Tests.Shared;

namespace Hybrid.FederationBench;

/// <summary>A Hybrid of its own process and folder, which others reach through a <see cref="CountingRelay"/>.</summary>
sealed class FederatedProcess : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    readonly string _program;
    readonly TestCertificates _certificates;
    readonly string _folder = Directory.CreateTempSubdirectory("hybrid-federation-").FullName;
    readonly int _port = CountingRelay.FreePort();
    Process? _process;

    public FederatedProcess(string program, TestCertificates certificates)
    {
        (_program, _certificates) = (program, certificates);
        Relay = new CountingRelay(_port);
        Name = ServerName.Parse($"localhost:{Relay.Port}");
        Directory.CreateDirectory(DataFolder);
        Http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = IsTrusted } })
        {
            BaseAddress = new Uri($"https://localhost:{_port}"),
            Timeout = TimeSpan.FromMinutes(10),
        };
    }

    public ServerName Name { get; }

    public string DataFolder => Path.Combine(_folder, "data");

    public CountingRelay Relay { get; }

    /// <summary>For clients of the server, past the relay.</summary>
    public HttpClient Http { get; }

    public TimeSpan CpuTime => new ProcessMeter(_process!.Id).CpuTime;

    public long ResidentBytes => new ProcessMeter(_process!.Id).ResidentBytes;

    /// <summary>The most that was resident since the start, or since <see cref="ForgetPeak"/>, in bytes.</summary>
    public long PeakBytes => long.Parse(
        File.ReadLines($"/proc/{_process!.Id}/status").Single(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) * 1024;

    // 5 resets the peak (proc(5), clear_refs).
    public void ForgetPeak() => File.WriteAllText($"/proc/{_process!.Id}/clear_refs", "5");

    public async Task StartAsync()
    {
        var (certificate, key) = _certificates.IssueFiles("localhost", "127.0.0.1");
        var start = new ProcessStartInfo(_program, ["serve"]) { WorkingDirectory = _folder, UseShellExecute = false };
        start.Environment["HYBRID_SERVER_NAME"] = Name.Value;
        start.Environment["HYBRID_LISTEN"] = $"https://127.0.0.1:{_port}";
        start.Environment["HYBRID_PUBLIC_BASE_URL"] = $"https://localhost:{_port}";
        start.Environment["HYBRID_TLS_CERT"] = certificate;
        start.Environment["HYBRID_TLS_KEY"] = key;
        start.Environment["HYBRID_FEDERATION_CA"] = _certificates.AuthorityPath;
        start.Environment["HYBRID_ALLOW_PRIVATE_ADDRESSES"] = "on";
        start.Environment["HYBRID_DATA"] = DataFolder;
        start.Environment["HYBRID_REGISTRATION"] = "open";
        start.Environment["HYBRID_RATE_LIMITS"] = "off";
        start.Environment["HYBRID_LOG"] = "warning";
        _process = Process.Start(start)!;
        var begun = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(begun) > StartLimit)
                throw new InvalidOperationException($"{_program} does not start.");
            await Task.Delay(Poll);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            if (!process.HasExited)
            {
                // SIGTERM, so that it ends as in service; the framework itself can only kill.
                using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
                await kill.WaitForExitAsync();
                using var limit = new CancellationTokenSource(EndLimit);
                await process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!process.HasExited)
                    process.Kill();
            }

            process.Dispose();
        }

        Http.Dispose();
        Relay.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    async Task<bool> AnswersAsync()
    {
        try
        {
            using var response = await Http.GetAsync("/_matrix/client/versions");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        Primitives.Net.AuthorityTrust.IsTrusted(certificate, chain, errors, _certificates.Authorities);
}
