using Hybrid.Durability.Tests.Crashes;
using Hybrid.Tests.Shared;

namespace Hybrid.Durability.Tests.Federated;

/// <summary>
/// Servers of their own processes that reach each other over TLS on loopback ports, and go with the test: named <c>localhost:PORT</c>, with certificates
/// of one authority that all of them trust, each on a database of its own.
/// </summary>
sealed class FederatedProcesses : IDisposable
{
    readonly TemporaryFolder _folder = new(Environment.GetEnvironmentVariable("HYBRID_KILL_FOLDER"));
    readonly TestCertificates _certificates = new();
    readonly List<ServerProcess> _servers = [];

    FederatedProcesses()
    {
    }

    /// <summary>The servers, all of them running unless they were killed.</summary>
    public IReadOnlyList<ServerProcess> Servers => _servers;

    /// <summary>Starts servers.</summary>
    /// <param name="count">How many.</param>
    /// <param name="cluster">Where their databases are; null for SQLite.</param>
    public static async Task<FederatedProcesses> StartAsync(int count, PostgresCluster? cluster)
    {
        var federation = new FederatedProcesses();
        try
        {
            for (var number = 0; number < count; number++)
                await federation.AddAsync(cluster is null ? null : cluster.Url((await cluster.CreateDatabaseAsync()).Database));
            return federation;
        }
        catch
        {
            federation.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var server in _servers)
            server.Dispose();
        _certificates.Dispose();
        _folder.Dispose();
    }

    async Task AddAsync(string? database)
    {
        const int Attempts = 5;
        var (certificate, key) = _certificates.IssueFiles("localhost", "127.0.0.1");
        for (var attempt = 1; ; attempt++)
        {
            var port = ServerPorts.Find();
            var server = new ServerProcess(
                new Dictionary<string, string?>
                {
                    ["HYBRID_SERVER_NAME"] = $"localhost:{port}",
                    ["HYBRID_DATA"] = _folder[$"{port}"],
                    ["HYBRID_LISTEN"] = $"https://127.0.0.1:{port}",
                    ["HYBRID_PUBLIC_BASE_URL"] = $"https://localhost:{port}",
                    ["HYBRID_TLS_CERT"] = certificate,
                    ["HYBRID_TLS_KEY"] = key,
                    ["HYBRID_FEDERATION_CA"] = _certificates.AuthorityPath,
                    ["HYBRID_ALLOW_PRIVATE_ADDRESSES"] = "on",
                    // A server that was killed is there again in a second or two.
                    ["HYBRID_FEDERATION_RETRY_INTERVAL"] = "1",
                    ["HYBRID_REGISTRATION"] = "open",
                    ["HYBRID_RATE_LIMITS"] = "off",
                    ["HYBRID_DATABASE"] = database,
                },
                _certificates.Authorities)
            {
                LogFile = _folder[$"{port}.log"],
            };
            try
            {
                await server.StartAsync();
                _servers.Add(server);
                return;
            }
            catch (InvalidOperationException taken) when (attempt < Attempts && taken.Message.Contains("listen:", StringComparison.Ordinal))
            {
                // Somebody else was faster to take the port.
                server.Dispose();
            }
            catch
            {
                server.Dispose();
                throw;
            }
        }
    }
}
