using Hybrid.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hybrid.Http;

/// <summary>What every request of the Matrix APIs passes before and after its endpoint.</summary>
public static class RequestPipeline
{
    const string ApiPrefix = "/_matrix";
    const string WellKnownPrefix = "/.well-known/matrix";

    /// <summary>
    /// Cross-origin headers on every answer and an answer of their own for preflight requests (specification, client-server
    /// API, "Web Browser Clients").
    /// </summary>
    public static IApplicationBuilder UseMatrixCors(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        if (!context.Request.Path.StartsWithSegments(ApiPrefix, StringComparison.Ordinal) && !context.Request.Path.StartsWithSegments(WellKnownPrefix, StringComparison.Ordinal))
            return next(context);

        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlAllowMethods = "GET, POST, PUT, DELETE, OPTIONS, PATCH, HEAD";
        headers.AccessControlAllowHeaders = "X-Requested-With, Content-Type, Authorization, Date";
        headers.AccessControlExposeHeaders = "ETag";
        if (!HttpMethods.IsOptions(context.Request.Method))
            return next(context);

        context.Response.StatusCode = StatusCodes.Status200OK;
        return Task.CompletedTask;
    });

    /// <summary>Leads paths of the old <c>r0</c> prefix to their <c>v3</c> forms, which answer the same.</summary>
    public static IApplicationBuilder UseOldClientPaths(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        const string Client = "/_matrix/client/r0/";
        const string Media = "/_matrix/media/r0/";
        const string MediaOne = "/_matrix/media/v1/";
        var path = context.Request.Path.Value!;
        if (path.StartsWith(Client, StringComparison.Ordinal))
            context.Request.Path = string.Concat("/_matrix/client/v3/", path.AsSpan(Client.Length));
        else if (path.StartsWith(Media, StringComparison.Ordinal))
            context.Request.Path = string.Concat("/_matrix/media/v3/", path.AsSpan(Media.Length));
        else if (path.StartsWith(MediaOne, StringComparison.Ordinal) && path != "/_matrix/media/v1/create")
            context.Request.Path = string.Concat("/_matrix/media/v3/", path.AsSpan(MediaOne.Length));
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
