using Hybrid.Server.Commands;
using Hybrid.Server.Configuration;
using Hybrid.Web.Landing;

namespace Hybrid.Server.Hosting;

/// <summary>The page at <c>/</c>.</summary>
static class LandingEndpoint
{
    /// <param name="app">Where the route goes.</param>
    /// <param name="settings">What the page tells.</param>
    /// <param name="hasAdministrator">Whether there is an administrator yet.</param>
    public static void Map(IEndpointRouteBuilder app, HybridSettings settings, Func<CancellationToken, ValueTask<bool>> hasAdministrator) =>
        app.MapGet("/", (RequestDelegate)(async context =>
        {
            var administrator = await hasAdministrator(context.RequestAborted);
            var page = LandingPage.Render(new LandingPageModel(
                settings.ServerName.Value,
                VersionCommand.Version,
                settings.PublicBaseUrl.OriginalString,
                settings.Registration switch
                {
                    RegistrationMode.Open => LandingRegistration.Open,
                    RegistrationMode.Token => LandingRegistration.Token,
                    _ => LandingRegistration.Closed,
                },
                administrator ? null : FirstAdministrator.Command(Environment.ProcessPath, Environment.CurrentDirectory, configurationFile: null)));

            var headers = context.Response.Headers;
            headers.ContentType = "text/html; charset=utf-8";
            headers.ContentSecurityPolicy = LandingPage.ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers.CacheControl = "no-cache";
            await context.Response.WriteAsync(page, context.RequestAborted);
        }));
}
