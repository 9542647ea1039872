using Hybrid.Mail;
using Hybrid.Primitives;
using static Hybrid.Server.Configuration.SettingSyntax;

namespace Hybrid.Server.Configuration;

/// <summary>All settings, in the order of the documentation. Files, environment, help and docs/configuration.md come from here.</summary>
static class SettingTable
{
    public const string DatabaseFile = "hybrid.db";

    const string PemFile = "the path of a PEM file that exists";

    public static IReadOnlyList<Setting> All { get; } =
    [
        new("server_name",
            "a host name or IP address, with a port if need be",
            "localhost",
            "The name of the server: the part of user IDs after the colon. It must never change once there are accounts.",
            (settings, value) => settings with
            {
                ServerName = ServerName.TryParse(value.Text, out var name) ? name : throw new FormatException(),
            },
            settings => Quote(settings.ServerName.Value)),
        new("listen",
            ListenAddress.Allowed + "; several separated by commas",
            "http://127.0.0.1:8008",
            "The addresses to listen on. https needs tls_cert and tls_key.",
            (settings, value) => settings with { Listen = AtLeastOne(value.List.Select(ListenAddress.Parse)) },
            settings => Array(settings.Listen.Select(address => address.ToString()))),
        new("trusted_proxies",
            "IP addresses and networks such as 10.0.0.0/8, separated by commas; or none",
            "127.0.0.0/8, ::1",
            "Reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; from all others they are ignored.",
            (settings, value) => settings with { TrustedProxies = ParseNetworks(value.List) },
            settings => Array(settings.TrustedProxies.Select(ShowNetwork))),
        new("public_base_url",
            "an http or https URL without query and fragment",
            "https:// and the server name; the first listening address when the server name is localhost",
            "Where clients reach the server from outside; told to them by /.well-known/matrix/client.",
            (settings, value) => settings with { PublicBaseUrl = ParseBaseUrl(value.Text) },
            settings => Quote(settings.PublicBaseUrl.OriginalString)),
        new("data",
            "the path of a folder; it is created",
            "hybrid-data",
            "The folder that holds everything worth a backup: database, media, signing key.",
            (settings, value) => settings with { DataFolder = NotEmpty(value.Text) },
            settings => Quote(settings.DataFolder)),
        new("database",
            "sqlite: followed by the path of a file, or postgres://user:password@host:port/database, percent-encoded where need be; "
                + "?host=/folder names a Unix socket, ?sslmode=require and the like decide about TLS",
            $"sqlite:{DatabaseFile} in the data folder",
            "The database: a file, or PostgreSQL 13 or newer. Its password is never printed.",
            ParseDatabase,
            settings => Quote(settings.Postgres?.ToString() ?? "sqlite:" + settings.DatabasePath))
        {
            MayHoldPassword = true,
        },
        new("registration",
            "open, token or closed",
            "closed",
            "Who may create an account: everyone, holders of a registration token (hybrid token create), or no one.",
            (settings, value) => settings with
            {
                Registration = Choose(value.Text,
                    ("open", RegistrationMode.Open), ("token", RegistrationMode.Token), ("closed", RegistrationMode.Closed)),
            },
            settings => Quote(settings.Registration switch
            {
                RegistrationMode.Open => "open",
                RegistrationMode.Token => "token",
                _ => "closed",
            })),
        new("registration_shared_secret",
            "a text of at least 8 characters",
            "none: the API is off",
            "The secret with which other programs create accounts through the shared-secret admin API.",
            (settings, value) => settings with
            {
                RegistrationSharedSecret = value.Text.Length >= 8 ? value.Text : throw new FormatException(),
            },
            settings => settings.RegistrationSharedSecret is { } secret ? Quote(secret) : null)
        {
            Secret = true,
        },
        new("guests",
            Switch,
            "off",
            "Whether people may look around without an account (guests), while registration is open.",
            (settings, value) => settings with { Guests = ParseSwitch(value.Text) },
            settings => OnOff(settings.Guests)),
        new("sms_gateway",
            "an http or https URL without query and fragment",
            "none: no telephone numbers",
            "What sends text messages: it is sent a POST with a JSON object of 'to', a number such as +447700900123, and 'text'.",
            (settings, value) => settings with { SmsGateway = settings.SmsGateway with { Address = ParseBaseUrl(value.Text) } },
            settings => QuoteOrNull(settings.SmsGateway.Address?.OriginalString)),
        new("sms_gateway_token",
            "a text",
            "none",
            "The bearer token that sms_gateway asks for.",
            (settings, value) => settings with { SmsGateway = settings.SmsGateway with { Token = NotEmpty(value.Text) } },
            settings => QuoteOrNull(settings.SmsGateway.Token))
        {
            Secret = true,
        },
        new("tls_cert",
            PemFile,
            "none",
            "The certificate for https addresses, followed by its intermediates. A renewed file is picked up without a restart.",
            (settings, value) => settings with { TlsCertificatePath = ExistingFile(value.Text) },
            settings => QuoteOrNull(settings.TlsCertificatePath)),
        new("tls_key",
            PemFile,
            "none",
            "The private key of tls_cert.",
            (settings, value) => settings with { TlsKeyPath = ExistingFile(value.Text) },
            settings => QuoteOrNull(settings.TlsKeyPath)),
        new("federation_ca",
            PemFile,
            "none",
            "Certificate authorities to trust in federation beside the system's: for private networks and tests.",
            (settings, value) => settings with { FederationAuthorityPath = ExistingFile(value.Text) },
            settings => QuoteOrNull(settings.FederationAuthorityPath)),
        new("allow_private_addresses",
            Switch,
            "off",
            "Whether the server may send requests to loopback, private and link-local addresses.",
            (settings, value) => settings with { AllowPrivateAddresses = ParseSwitch(value.Text) },
            settings => OnOff(settings.AllowPrivateAddresses)),
        new("appservices",
            "the path of a folder that exists",
            "none",
            "The folder with the registrations of application services (bridges and bots), a YAML file each.",
            (settings, value) => settings with { ApplicationServicesFolder = ExistingFolder(value.Text) },
            settings => QuoteOrNull(settings.ApplicationServicesFolder)),
        new("default_room_version",
            "10, 11 or 12",
            "12",
            "The version of rooms whose creator asks for none.",
            (settings, value) => settings with { DefaultRoomVersion = Choose(value.Text, ("10", "10"), ("11", "11"), ("12", "12")) },
            settings => Quote(settings.DefaultRoomVersion)),
        new("max_upload_size",
            "a number of bytes from 1KiB to 4GiB, with KiB, MiB or GiB if need be",
            "50MiB",
            "The largest file that users may upload.",
            (settings, value) => settings with { MaxUploadSize = ParseSize(value.Text, atLeast: 1L << 10, atMost: 4L << 30) },
            settings => ShowSize(settings.MaxUploadSize)),
        new("minimum_free_space",
            "a number of bytes from 0 to 1024GiB, with KiB, MiB or GiB if need be",
            "256MiB; on a file system of less than 4 GiB a sixteenth of it",
            "The room that must be left where the data are. With less the server is read-only, until there is more.",
            (settings, value) => settings with { MinimumFreeSpace = ParseSize(value.Text, atLeast: 0, atMost: 1L << 40) },
            settings => ShowSize(settings.MinimumFreeSpace)),
        new("admin_contact",
            "a URI such as mailto:admin@example.org or https://example.org/help",
            "that of public_base_url",
            "Where users reach you: told to them when the server has no room to store something.",
            (settings, value) => settings with
            {
                AdminContact = Uri.TryCreate(value.Text, UriKind.Absolute, out var contact) && contact.Scheme is "mailto" or "https" or "http" or "tel" or "matrix"
                    ? contact
                    : throw new FormatException(),
            },
            settings => QuoteOrNull(settings.AdminContact?.OriginalString)),
        new("retention_max_lifetime",
            "off, or a number of days, hours or minutes such as 365d, 12h or 30m",
            "off",
            "How long messages are kept: older ones are purged, earlier where a room's m.room.retention asks for it. Off keeps all of them.",
            (settings, value) => settings with { RetentionMaxLifetime = value.Text == "off" ? null : ParseDuration(value.Text) },
            settings => Quote(settings.RetentionMaxLifetime is { } lifetime ? ShowDuration(lifetime) : "off")),
        new("smtp_host",
            "a host name or IP address",
            "none: no mail is sent",
            "The mail server that takes this server's messages: notifications by e-mail, confirmations of addresses.",
            (settings, value) => settings with { Smtp = settings.Smtp with { Host = NotEmpty(value.Text) } },
            settings => QuoteOrNull(settings.Smtp.Host)),
        new("smtp_port",
            "a number from 1 to 65535",
            "587 for starttls, 465 for tls, 25 for off",
            "The port of the mail server.",
            (settings, value) => settings with { Smtp = settings.Smtp with { Port = ParseNumber(value.Text, atLeast: 1, atMost: 65535) } },
            settings => settings.Smtp.Port?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        new("smtp_tls",
            "starttls, tls or off",
            "starttls",
            "How the connection to the mail server is protected: TLS after a greeting in the clear, TLS from the start, or not at all.",
            (settings, value) => settings with
            {
                Smtp = settings.Smtp with
                {
                    Tls = Choose(value.Text, ("starttls", SmtpTls.StartTls), ("tls", SmtpTls.Implicit), ("off", SmtpTls.Off)),
                },
            },
            settings => Quote(settings.Smtp.Tls switch
            {
                SmtpTls.Implicit => "tls",
                SmtpTls.Off => "off",
                _ => "starttls",
            })),
        new("smtp_ca",
            PemFile,
            "none",
            "Certificate authorities to trust for the mail server beside the system's.",
            (settings, value) => settings with { Smtp = settings.Smtp with { AuthorityPath = ExistingFile(value.Text) } },
            settings => QuoteOrNull(settings.Smtp.AuthorityPath)),
        new("smtp_user",
            "a text",
            "none: the server does not log in",
            "The account at the mail server.",
            (settings, value) => settings with { Smtp = settings.Smtp with { User = NotEmpty(value.Text) } },
            settings => QuoteOrNull(settings.Smtp.User)),
        new("smtp_password",
            "a text",
            "none",
            "The password of smtp_user.",
            (settings, value) => settings with { Smtp = settings.Smtp with { Password = NotEmpty(value.Text) } },
            settings => QuoteOrNull(settings.Smtp.Password))
        {
            Secret = true,
        },
        new("smtp_from",
            "an address such as hybrid@example.org, or \"Name <hybrid@example.org>\"",
            "none; needed with smtp_host",
            "The sender of messages.",
            (settings, value) => settings with
            {
                Smtp = settings.Smtp with { From = SmtpOptions.IsSender(value.Text) ? value.Text : throw new FormatException() },
            },
            settings => QuoteOrNull(settings.Smtp.From)),
        new("rate_limits",
            Switch,
            "on",
            "Whether clients that ask too much are slowed down. Off is for tests and benchmarks.",
            (settings, value) => settings with { RateLimits = ParseSwitch(value.Text) },
            settings => OnOff(settings.RateLimits)),
        new("log",
            "debug, information, warning or error",
            "information",
            "The least important messages that are logged.",
            (settings, value) => settings with
            {
                LogLevel = Choose(value.Text,
                    ("debug", LogLevel.Debug), ("information", LogLevel.Information), ("warning", LogLevel.Warning), ("error", LogLevel.Error)),
            },
            settings => Quote(settings.LogLevel switch
            {
                LogLevel.Debug => "debug",
                LogLevel.Warning => "warning",
                LogLevel.Error => "error",
                _ => "information",
            })),
    ];
}
