using Hybrid.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hybrid.Http;

/// <summary>What every request of the Matrix APIs passes before and after its endpoint.</summary>
public static class RequestPipeline
{
    const string ApiPrefix = "/_matrix";
    const string WellKnownPrefix = "/.well-known/matrix";
    const string OwnPrefix = "/_hybrid/client";

    /// <summary>
    /// Cross-origin headers on every answer and an answer of their own for preflight requests (specification, client-server
    /// API, "Web Browser Clients").
    /// </summary>
    public static IApplicationBuilder UseMatrixCors(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var path = context.Request.Path;
        if (!path.StartsWithSegments(ApiPrefix, StringComparison.Ordinal) && !path.StartsWithSegments(WellKnownPrefix, StringComparison.Ordinal)
            && !path.StartsWithSegments(OwnPrefix, StringComparison.Ordinal))
            return next(context);

        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlAllowMethods = "GET, POST, PUT, DELETE, OPTIONS";
        headers.AccessControlAllowHeaders = "X-Requested-With, Content-Type, Authorization";
        headers.AccessControlExposeHeaders = "ETag";
        if (!HttpMethods.IsOptions(context.Request.Method))
            return next(context);

        context.Response.StatusCode = StatusCodes.Status200OK;
        return Task.CompletedTask;
    });

    /// <summary>Leads the older names of operations to their stable forms, which answer the same.</summary>
    public static IApplicationBuilder UseOldClientPaths(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        if (OldPaths.Stable(context.Request.Path.Value!) is { } stable)
        {
            // What endpoints read of the path they read from the raw target.
            var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>();
            raw.RawTarget = OldPaths.StableTarget(raw.RawTarget);
            context.Request.Path = stable;
        }

        return next(context);
    });

    /// <summary>Gives requests that no endpoint takes their <c>M_UNRECOGNIZED</c>: 404 for a path, 405 for a method.</summary>
    public static IApplicationBuilder UseUnrecognized(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        await next(context);
        var status = context.Response.StatusCode;
        if (context.Response.HasStarted || context.Response.ContentLength is not null || status is not (StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed))
            return;

        await ErrorWriter.SendAsync(context, MatrixError.Unrecognized(status), context.RequestAborted);
    });
}
