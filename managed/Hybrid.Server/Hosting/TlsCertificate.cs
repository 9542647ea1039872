using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hybrid.Server.Commands;
using Hybrid.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Hybrid.Server.Hosting;

/// <summary>The certificate of https addresses, read anew when its file changes, so that a renewal takes no restart.</summary>
sealed class TlsCertificate
{
    static readonly TimeSpan CheckInterval = TimeSpan.FromMinutes(1);

    static readonly List<SslApplicationProtocol> Protocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    readonly string _certificatePath;
    readonly string _keyPath;
    readonly ILogger _logger;
    readonly TimeProvider _time;
    readonly Lock _lock = new();
    SslServerAuthenticationOptions _current;
    DateTime _changed;
    DateTimeOffset _checked;

    TlsCertificate(string certificatePath, string keyPath, ILogger logger, TimeProvider time)
    {
        _certificatePath = certificatePath;
        _keyPath = keyPath;
        _logger = logger;
        _time = time;
        _checked = time.GetUtcNow();
        _changed = LastChange();
        _current = Read();
    }

    /// <exception cref="CommandException">The files do not hold a certificate and its key.</exception>
    public static TlsCertificate Load(HybridSettings settings, IServiceProvider services)
    {
        try
        {
            return new TlsCertificate(
                settings.TlsCertificatePath!,
                settings.TlsKeyPath!,
                services.GetRequiredService<ILogger<TlsCertificate>>(),
                services.GetService<TimeProvider>() ?? TimeProvider.System);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                $"tls_cert, tls_key: '{settings.TlsCertificatePath}' and '{settings.TlsKeyPath}' cannot be used: {error.Message}");
        }
    }

    public TlsHandshakeCallbackOptions Options() => new() { OnConnection = _ => ValueTask.FromResult(Current()) };

    SslServerAuthenticationOptions Current()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            if (now - _checked < CheckInterval)
                return _current;

            _checked = now;
            try
            {
                var changed = LastChange();
                if (changed != _changed)
                {
                    _current = Read();
                    _changed = changed;
                    _logger.LogInformation("The renewed certificate {Path} is in use", _certificatePath);
                }
            }
            catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
            {
                // Half of a renewal may be written: the old pair serves until both files fit.
                _logger.LogWarning(error, "The changed certificate {Path} cannot be used yet; the one before stays in use", _certificatePath);
            }

            return _current;
        }
    }

    DateTime LastChange()
    {
        var certificate = File.GetLastWriteTimeUtc(_certificatePath);
        var key = File.GetLastWriteTimeUtc(_keyPath);
        return certificate > key ? certificate : key;
    }

    SslServerAuthenticationOptions Read()
    {
        var leaf = X509Certificate2.CreateFromPemFile(_certificatePath, _keyPath);
        var intermediates = new X509Certificate2Collection();
        intermediates.ImportFromPemFile(_certificatePath);
        intermediates.RemoveAt(0);
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(leaf, intermediates, offline: true),
            ApplicationProtocols = Protocols,
        };
    }
}
