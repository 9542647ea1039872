using Hybrid.Mail;
using Hybrid.Media.S3;
using Hybrid.Server.Configuration;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Hybrid.Server.Tests.Configuration;

public sealed class SettingsLoaderTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_any_configuration_the_server_is_local_and_closed()
    {
        var settings = Load(null).Settings;

        Assert.Equal("localhost", settings.ServerName.Value);
        Assert.Equal([new ListenAddress(Tls: false, "127.0.0.1", 8008)], settings.Listen);
        Assert.Equal(["127.0.0.0/8", "::1/128"], settings.TrustedProxies.Select(network => network.ToString()));
        Assert.Equal("http://127.0.0.1:8008", settings.PublicBaseUrl.OriginalString);
        Assert.Equal("hybrid-data", settings.DataFolder);
        Assert.Equal(Path.Combine("hybrid-data", "hybrid.db"), settings.DatabasePath);
        Assert.Equal(RegistrationMode.Closed, settings.Registration);
        Assert.Null(settings.RegistrationSharedSecret);
        Assert.False(settings.AllowPrivateAddresses);
        Assert.Equal("12", settings.DefaultRoomVersion);
        Assert.Equal(50 * 1024 * 1024, settings.MaxUploadSize);
        Assert.True(settings.RateLimits);
        Assert.Equal(LogLevel.Information, settings.LogLevel);
    }

    [Fact]
    public void Every_setting_can_stand_in_a_file()
    {
        var pem = _folder.Write("any.pem", "");
        var file = _folder.Write("hybrid.toml", $"""
            # everything
            server_name = "example.org:8448"
            listen = ["http://127.0.0.1:8008", "https://[::]:8448"]
            trusted_proxies = ["10.0.0.0/8", "2001:db8::1"]
            public_base_url = "https://matrix.example.org/"
            data = "/srv/hybrid"
            database = "sqlite:/srv/fast/hybrid.db"
            registration = "token"
            registration_shared_secret = 'a "quoted" secret'
            tls_cert = '{pem}'
            tls_key = '{pem}'
            federation_ca = '{pem}'
            federation_server = "matrix.example.org:443"
            trusted_key_servers = ["a.example", "b.example:8448"]
            federation_retry_interval = 90
            allow_private_addresses = true
            appservices = '{Path.GetDirectoryName(pem)}'
            default_room_version = 11
            max_upload_size = 1048576
            retention_max_lifetime = "36h"
            user_media_quota = "2GiB"
            unused_media_lifetime = "90d"
            url_previews = false
            notification_mail_delay = "30m"
            media_s3_bucket = "media"
            media_s3_endpoint = "https://objects.example.org:9000"
            media_s3_region = "eu-central-1"
            media_s3_key = "key"
            media_s3_secret = "the secret"
            media_s3_prefix = "hybrid/"
            media_s3_path_style = "on"
            smtp_host = "mail.example.org"
            smtp_port = 2525
            smtp_tls = "tls"
            smtp_ca = '{pem}'
            smtp_user = "hybrid"
            smtp_password = "secret"
            smtp_from = "Hybrid <hybrid@example.org>"
            rate_limits = "off"
            log = "debug"
            """);

        var settings = Load(file).Settings;

        Assert.Equal("example.org:8448", settings.ServerName.Value);
        Assert.Equal(TimeSpan.FromHours(36), settings.RetentionMaxLifetime);
        Assert.Equal([new ListenAddress(Tls: false, "127.0.0.1", 8008), new ListenAddress(Tls: true, "::", 8448)], settings.Listen);
        Assert.Equal(["10.0.0.0/8", "2001:db8::1/128"], settings.TrustedProxies.Select(network => network.ToString()));
        Assert.Equal("https://matrix.example.org", settings.PublicBaseUrl.OriginalString);
        Assert.Equal("/srv/hybrid", settings.DataFolder);
        Assert.Equal("/srv/fast/hybrid.db", settings.DatabasePath);
        Assert.Equal(RegistrationMode.Token, settings.Registration);
        Assert.Equal("a \"quoted\" secret", settings.RegistrationSharedSecret);
        Assert.Equal(pem, settings.TlsCertificatePath);
        Assert.Equal(pem, settings.TlsKeyPath);
        Assert.Equal(pem, settings.FederationAuthorityPath);
        Assert.Equal("matrix.example.org:443", settings.DelegatedServer?.Value);
        Assert.Equal(["a.example", "b.example:8448"], settings.TrustedKeyServers.Select(server => server.Value));
        Assert.Equal(TimeSpan.FromSeconds(90), settings.FederationRetryInterval);
        Assert.True(settings.AllowPrivateAddresses);
        Assert.Equal(Path.GetDirectoryName(pem), settings.ApplicationServicesFolder);
        Assert.Equal("11", settings.DefaultRoomVersion);
        Assert.Equal(1 << 20, settings.MaxUploadSize);
        Assert.Equal(
            new SmtpOptions
            {
                Host = "mail.example.org",
                Port = 2525,
                Tls = SmtpTls.Implicit,
                AuthorityPath = pem,
                User = "hybrid",
                Password = "secret",
                From = "Hybrid <hybrid@example.org>",
            },
            settings.Smtp);
        Assert.Equal(2L << 30, settings.UserMediaQuota);
        Assert.Equal(TimeSpan.FromDays(90), settings.UnusedMediaLifetime);
        Assert.Equal(
            new S3Options
            {
                Bucket = "media",
                Endpoint = new Uri("https://objects.example.org:9000"),
                Region = "eu-central-1",
                Key = "key",
                Secret = "the secret",
                Prefix = "hybrid/",
                PathStyle = true,
            },
            settings.MediaObjects);
        Assert.False(settings.UrlPreviews);
        Assert.Equal(TimeSpan.FromMinutes(30), settings.NotificationMailDelay);
        Assert.False(settings.RateLimits);
        Assert.Equal(LogLevel.Debug, settings.LogLevel);
    }

    [Fact]
    public void The_environment_overrides_the_file_and_each_value_knows_its_origin()
    {
        var file = _folder.Write("hybrid.toml", "server_name = \"file.example\"\nregistration = \"open\"\n");

        var loaded = Load(file, ("HYBRID_SERVER_NAME", "env.example"), ("HYBRID_LISTEN", "http://*:80, http://localhost:0"));

        Assert.Equal("env.example", loaded.Settings.ServerName.Value);
        Assert.Equal(["http://*:80", "http://localhost:0"], loaded.Settings.Listen.Select(address => address.ToString()));
        Assert.Equal(RegistrationMode.Open, loaded.Settings.Registration);
        Assert.Equal("environment variable HYBRID_SERVER_NAME", loaded.Origins["server_name"]);
        Assert.Equal($"{file}:2", loaded.Origins["registration"]);
        Assert.False(loaded.Origins.ContainsKey("log"));
    }

    [Fact]
    public void An_empty_variable_counts_as_not_set() =>
        Assert.Equal(RegistrationMode.Closed, Load(null, ("HYBRID_REGISTRATION", "")).Settings.Registration);

    [Theory]
    [InlineData("example.org", "http://*:8008", "https://example.org")]
    [InlineData("localhost", "http://*:8009", "http://localhost:8009")]
    [InlineData("localhost", "http://[::1]:8009", "http://[::1]:8009")]
    public void The_public_base_url_follows_from_the_name_unless_the_server_is_local(string name, string listen, string expected) =>
        Assert.Equal(expected, Load(null, ("HYBRID_SERVER_NAME", name), ("HYBRID_LISTEN", listen)).Settings.PublicBaseUrl.OriginalString);

    [Theory]
    [InlineData("HYBRID_SERVER_NAME", "no spaces")]
    [InlineData("HYBRID_SERVER_NAME", "https://example.org")]
    [InlineData("HYBRID_LISTEN", "127.0.0.1:8008")]
    [InlineData("HYBRID_LISTEN", "http://127.0.0.1")]
    [InlineData("HYBRID_LISTEN", "http://127.0.0.1:65536")]
    [InlineData("HYBRID_LISTEN", "http://::1:8008")]
    [InlineData("HYBRID_LISTEN", "http://example.org:8008")]
    [InlineData("HYBRID_LISTEN", ",")]
    [InlineData("HYBRID_TRUSTED_PROXIES", "proxy.example.org")]
    [InlineData("HYBRID_TRUSTED_PROXIES", "10.0.0.0/33")]
    [InlineData("HYBRID_TRUSTED_PROXIES", "127.0.0.1, none")]
    [InlineData("HYBRID_PUBLIC_BASE_URL", "example.org")]
    [InlineData("HYBRID_PUBLIC_BASE_URL", "ftp://example.org")]
    [InlineData("HYBRID_PUBLIC_BASE_URL", "https://example.org/?a=b")]
    [InlineData("HYBRID_DATA", "  ")]
    [InlineData("HYBRID_REGISTRATION", "opne")]
    [InlineData("HYBRID_REGISTRATION", "OPEN")]
    [InlineData("HYBRID_TLS_CERT", "/does/not/exist.pem")]
    [InlineData("HYBRID_TLS_KEY", "/does/not/exist.pem")]
    [InlineData("HYBRID_FEDERATION_CA", "/does/not/exist.pem")]
    [InlineData("HYBRID_APPSERVICES", "/does/not/exist.yaml")]
    [InlineData("HYBRID_ALLOW_PRIVATE_ADDRESSES", "maybe")]
    [InlineData("HYBRID_RATE_LIMITS", "slow")]
    [InlineData("HYBRID_DEFAULT_ROOM_VERSION", "13")]
    [InlineData("HYBRID_MAX_UPLOAD_SIZE", "1023")]
    [InlineData("HYBRID_MAX_UPLOAD_SIZE", "5GiB")]
    [InlineData("HYBRID_MAX_UPLOAD_SIZE", "9223372036854775807GiB")]
    [InlineData("HYBRID_MAX_UPLOAD_SIZE", "10 MB")]
    [InlineData("HYBRID_MAX_UPLOAD_SIZE", "-1")]
    [InlineData("HYBRID_RETENTION_MAX_LIFETIME", "0d")]
    [InlineData("HYBRID_RETENTION_MAX_LIFETIME", "d")]
    [InlineData("HYBRID_RETENTION_MAX_LIFETIME", "-1d")]
    [InlineData("HYBRID_RETENTION_MAX_LIFETIME", "365")]
    [InlineData("HYBRID_RETENTION_MAX_LIFETIME", "1w")]
    [InlineData("HYBRID_RETENTION_MAX_LIFETIME", "9223372036854775807d")]
    [InlineData("HYBRID_SMTP_HOST", " ")]
    [InlineData("HYBRID_SMTP_PORT", "0")]
    [InlineData("HYBRID_SMTP_PORT", "65536")]
    [InlineData("HYBRID_SMTP_TLS", "on")]
    [InlineData("HYBRID_SMTP_CA", "/does/not/exist.pem")]
    [InlineData("HYBRID_SMTP_FROM", "Hybrid")]
    [InlineData("HYBRID_USER_MEDIA_QUOTA", "1KiB")]
    [InlineData("HYBRID_UNUSED_MEDIA_LIFETIME", "90")]
    [InlineData("HYBRID_URL_PREVIEWS", "some")]
    [InlineData("HYBRID_NOTIFICATION_MAIL_DELAY", "10")]
    [InlineData("HYBRID_LOG", "loud")]
    public void A_wrong_value_is_one_error_that_names_setting_origin_and_what_is_allowed(string variable, string value)
    {
        var problem = Assert.Single(Problems(null, (variable, value)));

        var setting = Assert.Single(SettingTable.All, row => row.EnvironmentVariable == variable);
        Assert.StartsWith($"{setting.Key}: '{value}' from environment variable {variable} is not allowed", problem, StringComparison.Ordinal);
        Assert.EndsWith($"; allowed: {setting.Allowed}.", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void No_proxy_need_be_trusted()
    {
        Assert.Empty(Load(null, ("HYBRID_TRUSTED_PROXIES", "none")).Settings.TrustedProxies);
        Assert.Empty(Load(_folder.Write("hybrid.toml", "trusted_proxies = []")).Settings.TrustedProxies);
    }

    [Theory]
    [InlineData("hybrid.db", "")]
    [InlineData("sqlite:", "")]
    [InlineData("mysql://user:hunter2@localhost/hybrid", "")]
    [InlineData("postgres:user:hunter2@localhost/hybrid", "(a PostgreSQL URL begins with postgres://)")]
    [InlineData("postgres://:hunter2@localhost/hybrid", "(the PostgreSQL URL names no user)")]
    [InlineData("postgres://localhost/hybrid", "(the PostgreSQL URL names no user)")]
    [InlineData("postgres://user:hunter2@localhost", "(the PostgreSQL URL names no database)")]
    [InlineData("postgres://user:hunter2@localhost:0/hybrid", "(the port is no number from 1 to 65535)")]
    [InlineData("postgres://user:hunter2@[::1/hybrid", "(the host is not an IPv6 address in brackets)")]
    [InlineData("postgres://user:hunter2@localhost/hybrid?sslmode=maybe", "(sslmode is disable")]
    [InlineData("postgres://user:hunter2@localhost/hybrid?pool=7", "(the options of a PostgreSQL URL are host and sslmode)")]
    public void A_wrong_database_is_refused_without_repeating_its_password(string value, string reason)
    {
        var problem = Assert.Single(Problems(null, ("HYBRID_DATABASE", value)));

        Assert.StartsWith("database: its value from environment variable HYBRID_DATABASE is not allowed", problem, StringComparison.Ordinal);
        Assert.Contains(reason, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://me:p%40ss%2Fw@db.example.org:6000/hy%20brid?sslmode=verify-full", "db.example.org", 6000, "me", "p@ss/w", "hy brid", "VerifyFull",
        "postgres://me@db.example.org:6000/hy%20brid")]
    [InlineData("postgresql://me@/hybrid?host=/run/postgresql", "/run/postgresql", 5432, "me", null, "hybrid", null, "postgres://me@%2Frun%2Fpostgresql/hybrid")]
    [InlineData("postgres://me:@%2Frun%2Fpg/hybrid", "/run/pg", 5432, "me", "", "hybrid", null, "postgres://me@%2Frun%2Fpg/hybrid")]
    [InlineData("postgres://me@[::1]:7/hybrid", "::1", 7, "me", null, "hybrid", null, "postgres://me@[::1]:7/hybrid")]
    [InlineData("postgres://me@/hybrid", "localhost", 5432, "me", null, "hybrid", null, "postgres://me@localhost/hybrid")]
    public void A_postgres_url_names_every_part_and_is_shown_without_its_password(
        string url, string host, int port, string user, string? password, string database, string? sslMode, string shown)
    {
        var loaded = Load(null, ("HYBRID_DATABASE", url));

        var postgres = loaded.Settings.Postgres!;
        Assert.Equal((host, port, user, password, database, sslMode),
            (postgres.Host, postgres.Port, postgres.User, postgres.Password, postgres.Database, postgres.SslMode));
        Assert.Equal(shown, postgres.ToString());
        Assert.Contains($"database = \"{shown}\"", SettingsText.Effective(loaded), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_secret_is_not_repeated()
    {
        var problem = Assert.Single(Problems(null, ("HYBRID_REGISTRATION_SHARED_SECRET", "hunter2")));

        Assert.StartsWith("registration_shared_secret: its value from environment variable", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("listne = \"http://127.0.0.1:8008\"", "there is no setting 'listne'")]
    [InlineData("server.name = \"example.org\"", "there is no setting 'server.name'")]
    [InlineData("[server]\nname = \"example.org\"", "there is no table [server]")]
    [InlineData("[[server]]\nname = \"example.org\"", "there is no table [server]")]
    [InlineData("log = 1.5", "'log' must be a string, an integer, a boolean, or an array of strings")]
    [InlineData("listen = [1]", "'listen' must be a string, an integer, a boolean, or an array of strings")]
    [InlineData("log = ", "this is not TOML")]
    [InlineData("log = \"debug\"\nlog = \"error\"", "this is not TOML")]
    [InlineData("log = [\"debug\"]", "not allowed (one value, not an array)")]
    public void What_does_not_belong_in_the_file_is_named_with_its_line(string text, string expected)
    {
        var file = _folder.Write("hybrid.toml", "# the first line\n" + text);

        var problems = Problems(file);

        Assert.Contains(problems, problem => problem.Contains(expected, StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.Matches("hybrid\\.toml:[23]", problem));
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var file = _folder.Write("hybrid.toml", "log = \"loud\"\nrate_limit = \"off\"\n");

        Assert.Equal(3, Problems(file, ("HYBRID_REGISTRATION", "x")).Count);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("absent.toml", Assert.Single(Problems(Path.Combine(_folder.Path, "absent.toml"))), StringComparison.Ordinal);

    [Fact]
    public void Tls_takes_certificate_and_key()
    {
        var pem = _folder.Write("any.pem", "");

        Assert.StartsWith("tls_key: not set", Assert.Single(Problems(null, ("HYBRID_TLS_CERT", pem))), StringComparison.Ordinal);
        Assert.StartsWith("tls_cert: not set", Assert.Single(Problems(null, ("HYBRID_TLS_KEY", pem))), StringComparison.Ordinal);
        Assert.StartsWith("tls_cert: not set", Assert.Single(Problems(null, ("HYBRID_LISTEN", "https://*:8448"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Mail_needs_a_sender_and_a_password_a_user()
    {
        Assert.StartsWith("smtp_from: not set", Assert.Single(Problems(null, ("HYBRID_SMTP_HOST", "mail.example.org"))), StringComparison.Ordinal);
        Assert.StartsWith("smtp_user: not set", Assert.Single(Problems(null, ("HYBRID_SMTP_PASSWORD", "secret"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_that_only_look_like_settings_are_found()
    {
        var environment = new Dictionary<string, string> { ["HYBRID_LOG"] = "debug", ["HYBRID_REGISTRATON"] = "open", ["HOME"] = "/root" };

        Assert.Equal(["HYBRID_REGISTRATON"], SettingsLoader.UnknownVariables(environment));
    }

    static LoadedSettings Load(string? file, params (string Name, string Value)[] environment) =>
        SettingsLoader.Load(file, environment.ToDictionary(variable => variable.Name, variable => variable.Value));

    static IReadOnlyList<string> Problems(string? file, params (string Name, string Value)[] environment) =>
        Assert.Throws<SettingsException>(() => Load(file, environment)).Problems;
}
