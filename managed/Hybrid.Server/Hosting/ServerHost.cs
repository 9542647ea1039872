using System.Net;
using System.Net.Sockets;
using Hybrid.Server.Commands;
using Hybrid.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Serilog;
using Serilog.Events;

namespace Hybrid.Server.Hosting;

/// <summary>The web host: addresses, TLS, logging, and an orderly end.</summary>
static class ServerHost
{
    /// <summary>How long open requests may take to finish after SIGTERM.</summary>
    static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(15);

    /// <summary>A builder without configuration files, environment and middleware of its own: settings decide everything.</summary>
    public static WebApplicationBuilder CreateBuilder(HybridSettings settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "hybrid" });
        builder.Logging.AddSerilog(CreateLogger(settings.LogLevel), dispose: true);
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.WebHost.UseKestrelCore();
        if (settings.Listen.Any(address => address.Tls))
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel((_, kestrel) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = settings.RequestTimes.Headers;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(settings.RequestTimes.LeastBytesPerSecond, settings.RequestTimes.Grace);
            foreach (var address in settings.Listen)
                Listen(kestrel, address, settings);
        });
        return builder;
    }

    /// <summary>Starts, says where, and waits for the end.</summary>
    /// <exception cref="CommandException">An address cannot be listened on, or the certificate cannot be used.</exception>
    public static async Task RunAsync(WebApplication app, HybridSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // What has started already would complain loudly of being thrown away.
            await app.StopAsync(CancellationToken.None);
            throw new CommandException($"listen: {string.Join(", ", settings.Listen)}: {error.Message}");
        }

        app.Logger.LogInformation("Hybrid {Version} serves {ServerName} at {Addresses}",
            VersionCommand.Version, settings.ServerName.Value, string.Join(", ", app.Urls));
        try
        {
            await app.WaitForShutdownAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            app.Logger.LogWarning("Requests that were still open {Timeout} after the signal were cut off", ShutdownTimeout);
        }
    }

    static void Listen(KestrelServerOptions kestrel, ListenAddress address, HybridSettings settings)
    {
        void Secure(ListenOptions options)
        {
            if (address.Tls)
                options.UseHttps(TlsCertificate.Load(settings, kestrel.ApplicationServices).Options());
        }

        if (address.Host == "*")
            kestrel.ListenAnyIP(address.Port, Secure);
        else if (address.Host == "localhost" && address.Port != 0)
            kestrel.ListenLocalhost(address.Port, Secure);
        else
            kestrel.Listen(address.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(address.Host), address.Port, Secure);
    }

    static Serilog.Core.Logger CreateLogger(LogLevel level)
    {
        var least = level switch
        {
            LogLevel.Debug => LogEventLevel.Debug,
            LogLevel.Warning => LogEventLevel.Warning,
            LogLevel.Error => LogEventLevel.Error,
            _ => LogEventLevel.Information,
        };
        // The framework tells of every request at information; that is our own logs' business.
        var framework = least < LogEventLevel.Warning && least > LogEventLevel.Debug ? LogEventLevel.Warning : least;
        return new LoggerConfiguration()
            .MinimumLevel.Is(least)
            .MinimumLevel.Override("Microsoft", framework)
            // RunAsync turns a failed start into one line for the operator; the host's stack trace would bury it.
            .Filter.ByExcluding(entry => entry.MessageTemplate.Text == "Hosting failed to start")
            .WriteTo.Console(
                outputTemplate: "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}",
                formatProvider: System.Globalization.CultureInfo.InvariantCulture)
            .CreateLogger();
    }
}
