using System.Net;
using Hybrid.Http.Limits;
using Hybrid.Identity;
using Hybrid.Identity.SingleSignOn;
using Hybrid.Mail;
using Hybrid.Media.S3;
using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Server.Configuration;

/// <summary>Everything an operator can decide. The defaults are those of <see cref="SettingTable"/>, which documents each.</summary>
public sealed record HybridSettings
{
    /// <summary>The part after the colon in user IDs. It can never change once there are accounts.</summary>
    public ServerName ServerName { get; init; } = ServerName.Parse("localhost");

    public IReadOnlyList<ListenAddress> Listen { get; init; } = [ListenAddress.Parse("http://127.0.0.1:8008")];

    /// <summary>Where reverse proxies connect from: only they are believed about whom they speak for.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    /// <summary>Where clients reach the server; from the server name, or the first listening address, when the operator names none.</summary>
    public Uri PublicBaseUrl { get; init; } = new("http://127.0.0.1:8008");

    /// <summary>The folder that holds everything worth a backup.</summary>
    public string DataFolder { get; init; } = "hybrid-data";

    /// <summary>The SQLite file; in the data folder unless the operator names one.</summary>
    public string DatabasePath { get; init; } = "";

    /// <summary>The PostgreSQL database that takes the place of the SQLite file, or null.</summary>
    public PostgresAddress? Postgres { get; init; }

    public RegistrationMode Registration { get; init; } = RegistrationMode.Closed;

    /// <summary>Whether people may look around without an account, while registration is open.</summary>
    public bool Guests { get; init; }

    /// <summary>What sends text messages; without an address none are sent.</summary>
    public SmsOptions SmsGateway { get; init; } = new();

    /// <summary>The OpenID provider that people sign on with; without an issuer there is none.</summary>
    public OidcOptions Oidc { get; init; } = new();

    /// <summary>Whether people who sign on for the first time get an account.</summary>
    public bool OidcRegistration { get; init; } = true;

    /// <summary>Whether clients may use the OAuth 2.0 API.</summary>
    public bool OAuth { get; init; } = true;

    /// <summary>The secret that lets other programs create accounts through the admin API, or null: the API is off.</summary>
    public string? RegistrationSharedSecret { get; init; }

    /// <summary>PEM file with the certificate and its intermediates, set together with <see cref="TlsKeyPath"/>.</summary>
    public string? TlsCertificatePath { get; init; }

    public string? TlsKeyPath { get; init; }

    /// <summary>PEM file with authorities that federation trusts beside the system's.</summary>
    public string? FederationAuthorityPath { get; init; }

    /// <summary>Notaries to ask for keys that their servers do not give themselves.</summary>
    public IReadOnlyList<ServerName> TrustedKeyServers { get; init; } = [];

    /// <summary>Where other servers are told to find this one, or null: nothing is told.</summary>
    public ServerName? DelegatedServer { get; init; }

    /// <summary>Whether outbound requests may go to loopback, private and link-local addresses.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>The folder with the registrations of application services.</summary>
    public string? ApplicationServicesFolder { get; init; }

    public string DefaultRoomVersion { get; init; } = "12";

    /// <summary>The largest upload to the media repository, in bytes.</summary>
    public long MaxUploadSize { get; init; } = 50 << 20;

    /// <summary>How many bytes of media one user may store; null for no bound.</summary>
    public long? UserMediaQuota { get; init; }

    /// <summary>The object store that keeps the media; without a bucket, the data folder does.</summary>
    public S3Options MediaObjects { get; init; } = new();

    /// <summary>How long media of other servers are kept that nobody asks for; null for ever.</summary>
    public TimeSpan? RemoteMediaLifetime { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Whether other servers see the published rooms.</summary>
    public bool PublicRoomsOverFederation { get; init; }

    /// <summary>Whether other servers see users' profiles.</summary>
    public bool ProfilesOverFederation { get; init; } = true;

    /// <summary>How long a server that fails is left alone at first.</summary>
    public TimeSpan FederationRetryInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long media are kept that nobody asks for; null for ever.</summary>
    public TimeSpan? UnusedMediaLifetime { get; init; }

    /// <summary>Whether the server looks at pages for clients that ask what is behind a link.</summary>
    public bool UrlPreviews { get; init; } = true;

    /// <summary>How many bytes of the data's file system must be free for the server to write.</summary>
    public long MinimumFreeSpace { get; init; } = 256 << 20;

    /// <summary>Where users reach the operator; <see cref="PublicBaseUrl"/> unless the operator names something.</summary>
    public Uri? AdminContact { get; init; }

    /// <summary>The Ed25519 key, in unpadded base64, of the policy server that has the server's name; null: there is none.</summary>
    public string? PolicyServerKey { get; init; }

    /// <summary>Policy lists that the server keeps to as a policy server; none: it is no policy server.</summary>
    public IReadOnlyList<RoomId> PolicyServerLists { get; init; } = [];

    /// <summary>TURN servers that calls of users may go through.</summary>
    public IReadOnlyList<string> TurnUris { get; init; } = [];

    /// <summary>The secret that the TURN servers know too.</summary>
    public string? TurnSharedSecret { get; init; }

    /// <summary>How long credentials for the TURN servers are good.</summary>
    public TimeSpan TurnLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Where clients get access to a LiveKit server for calls of several people.</summary>
    public Uri? LiveKitServiceUrl { get; init; }

    /// <summary>Who sends the operator's notices; null: nobody.</summary>
    public UserId? ServerNoticesUser { get; init; }

    /// <summary>The longest that messages are kept; null: for ever.</summary>
    public TimeSpan? RetentionMaxLifetime { get; init; }

    /// <summary>The mail server; without a host no mail is sent.</summary>
    public SmtpOptions Smtp { get; init; } = new();

    /// <summary>How long an unread event waits before its reader is told by e-mail.</summary>
    public TimeSpan NotificationMailDelay { get; init; } = TimeSpan.FromMinutes(10);

    public bool RateLimits { get; init; } = true;

    /// <summary>How long clients may take to send requests; not for operators to decide.</summary>
    public RequestTimes RequestTimes { get; init; } = new();

    public LogLevel LogLevel { get; init; } = LogLevel.Information;
}

/// <summary>Who may create an account through the client-server API.</summary>
public enum RegistrationMode
{
    /// <summary>No one: the operator creates accounts.</summary>
    Closed,

    /// <summary>Whoever has a registration token.</summary>
    Token,

    /// <summary>Everyone.</summary>
    Open,
}
