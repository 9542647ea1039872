using System.Diagnostics.CodeAnalysis;
using Hybrid.Http.Limits;
using Hybrid.Primitives;
using Hybrid.Storage.Space;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hybrid.Http;

/// <summary>Puts endpoints into the container and onto the router, and runs the steps that every request takes.</summary>
public static class EndpointMapping
{
    public static IServiceCollection AddEndpoint<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IServiceCollection services)
        where T : class, IEndpoint =>
        services.AddSingleton<T>();

    /// <summary>Maps every route of <typeparamref name="T"/>, to the one in the container unless another is given.</summary>
    public static void MapEndpoint<T>(this IEndpointRouteBuilder routes, T? given = null)
        where T : class, IEndpoint
    {
        var endpoint = given ?? routes.ServiceProvider.GetRequiredService<T>();
        var authenticator = routes.ServiceProvider.GetRequiredService<ICallerAuthenticator>();
        var limiter = routes.ServiceProvider.GetRequiredService<IRequestLimiter>();
        var contact = routes.ServiceProvider.GetService<ServerContact>();
        var servers = routes.ServiceProvider.GetService<IServerAuthenticator>();
        var bodyTime = (routes.ServiceProvider.GetService<RequestTimes>() ?? new RequestTimes()).Body;
        var logger = routes.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Hybrid.Http");
        foreach (var route in T.Routes)
        {
            if (route.Access == Access.Server && (servers is null || route.MaxBodyBytes is null))
                throw new InvalidOperationException($"{route.Path} needs who knows servers' signatures, and a bound for its body.");

            var segments = ParameterSegments(route.Path);
            routes.MapMethods(
                route.Path, [route.Method],
                (RequestDelegate)(context => RunAsync(context, route, segments, bodyTime, endpoint, authenticator, servers, limiter, contact, logger)));
        }
    }

    static async Task RunAsync(
        HttpContext context, EndpointRoute route, Dictionary<string, int> segments, TimeSpan bodyTime, IEndpoint endpoint,
        ICallerAuthenticator authenticator, IServerAuthenticator? servers, IRequestLimiter limiter, ServerContact? contact, ILogger logger)
    {
        var cancellationToken = context.RequestAborted;
        try
        {
            var error = await HandleAsync();
            if (error is not null)
                await ErrorWriter.SendAsync(context, error, cancellationToken);
        }
        catch (MatrixException exception) when (!context.Response.HasStarted)
        {
            await ErrorWriter.SendAsync(context, exception.Error, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The client has gone; there is no one to answer.
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await ErrorWriter.SendAsync(context, MatrixError.Of(exception.StatusCode, exception.StatusCode == 413 ? "M_TOO_LARGE" : "M_UNKNOWN", exception.Message), cancellationToken);
        }
        catch (StorageFullException) when (!context.Response.HasStarted)
        {
            await ErrorWriter.SendAsync(context, NoRoom(contact), CancellationToken.None);
        }
#pragma warning disable CA1031 // The last line of defense: a bug in one endpoint is one client's 500, with the trace in the log.
        catch (Exception exception) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            logger.LogError(exception, "{Method} {Route} failed", route.Method, route.Path);
            await ErrorWriter.SendAsync(context, MatrixError.Of(500, "M_UNKNOWN", "The server failed to answer; its log says why."), CancellationToken.None);
        }

        async ValueTask<MatrixError?> HandleAsync()
        {
            Caller? caller = null;
            if (route.Access is not (Access.Anyone or Access.Server))
            {
                var authenticated = await AuthenticateAsync(context, route, authenticator, cancellationToken);
                if (!authenticated.TryGet(out caller, out var refused))
                    return refused;
            }

            var request = new ApiRequest(context, caller, segments, route.MaxBodyBytes, bodyTime);
            if (route.Access == Access.Server)
            {
                var authenticated = await servers!.AuthenticateAsync(request, cancellationToken);
                if (!authenticated.TryGet(out var origin, out var refused))
                    return refused;
                request.Origin = origin;
            }

            if (route.Rate != RateClass.None && Take() is { } limited)
                return limited;

            var result = await endpoint.HandleAsync(request, cancellationToken);
            if (!result.TryGet(out var reply, out var error))
                return error;

            await reply.SendAsync(context, cancellationToken);
            return null;

            MatrixError? Take() => route.Access == Access.Server ? limiter.TakeFrom(request.Origin) : limiter.Take(route.Rate, caller, context);
        }
    }

    static async ValueTask<Result<Caller?>> AuthenticateAsync(HttpContext context, EndpointRoute route, ICallerAuthenticator authenticator, CancellationToken cancellationToken)
    {
        var access = route.Access;
        var token = ApiRequest.TokenOf(context.Request);
        if (token is null)
            return access == Access.OptionalUser ? default(Result<Caller?>) : MatrixError.MissingToken();

        var result = await authenticator.AuthenticateAsync(token, cancellationToken);
        if (!result.TryGet(out var caller, out var error))
            return error;
        if (caller.IsLocked && !route.WhileLocked)
            return MatrixError.UserLocked();
        if (caller.IsSuspended && !route.WhileSuspended)
            return MatrixError.UserSuspended();
        if (caller.IsGuest && access is Access.User or Access.Administrator)
            return MatrixError.Of(403, "M_GUEST_ACCESS_FORBIDDEN", "Guests cannot do this.");
        if (access == Access.Administrator && !caller.IsAdmin)
            return MatrixError.Forbidden("Only server administrators can do this.");

        return caller;
    }

    // Specification, "Common error codes": the disk is one of its examples, and reading goes on. The specification names no status; with
    // this one clients keep what they could not send and try again.
    static MatrixError NoRoom(ServerContact? contact) =>
        MatrixError.Of(507, "M_RESOURCE_LIMIT_EXCEEDED", "The server has no room to store this. It can be read, and takes messages again once there is room.") with
        {
            Detail = contact is null ? null : ("admin_contact", contact.Address.OriginalString),
        };

    static Dictionary<string, int> ParameterSegments(string path)
    {
        var segments = path.Split('/');
        var parameters = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < segments.Length; i++)
        {
            if (segments[i].StartsWith('{'))
                parameters.Add(segments[i].Trim('{', '}'), i);
        }

        return parameters;
    }
}
