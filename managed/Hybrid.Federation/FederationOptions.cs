using System.Net;
using System.Security.Cryptography.X509Certificates;
using Hybrid.Federation.Keys;
using Hybrid.Primitives;

namespace Hybrid.Federation;

/// <summary>How this server meets others.</summary>
public sealed record FederationOptions
{
    /// <summary>Certificate authorities to trust beside the system's.</summary>
    public X509Certificate2Collection Authorities { get; init; } = [];

    /// <summary>Whether other servers may be at loopback, private and link-local addresses.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Notaries that are asked for keys which a server does not give itself, in this order.</summary>
    public IReadOnlyList<ServerName> TrustedKeyServers { get; init; } = [];

    /// <summary>Keys that this server signed with before.</summary>
    public IReadOnlyList<RetiredKey> RetiredKeys { get; init; } = [];

    /// <summary>What this server calls itself in requests.</summary>
    public string UserAgent { get; init; } = "Hybrid";

    /// <summary>The name server to ask for everything; null for what the system is set up with.</summary>
    public IPEndPoint? NameServer { get; init; }

    /// <summary>Names that are known without a name server (hosts(5)).</summary>
    public string HostsFile { get; init; } = "/etc/hosts";

    /// <summary>Where <c>/.well-known/matrix/server</c> is asked for.</summary>
    public int WellKnownPort { get; init; } = 443;

    /// <summary>Where a server is that names no port.</summary>
    public int DefaultPort { get; init; } = 8448;

    /// <summary>How long a server is left alone after its first failure. Each further one doubles it.</summary>
    public TimeSpan FirstRetryInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest that a server is left alone.</summary>
    public TimeSpan LongestRetryInterval { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Where answers are kept that are too large for memory, while they are worked with; what is in it at the start is deleted. Null for where the system
    /// has temporary files.
    /// </summary>
    public string? AnswerFolder { get; init; }

    /// <summary>The certificates of a PEM file; none without one.</summary>
    public static X509Certificate2Collection ReadAuthorities(string? path)
    {
        var authorities = new X509Certificate2Collection();
        if (path is not null)
            authorities.ImportFromPemFile(path);
        return authorities;
    }
}
